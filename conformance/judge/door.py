"""The door: whether the API may have answered preflight, or only what stands before it.

A redirect, a login page, the error page of a gateway: of all these nothing is to be learned about the API, for a run as
little as for the doctor.
"""

from __future__ import annotations

import httpx2

from conformance.assertions.outcome import DoesNotConform
from conformance.http.foreign_text import escape_controls, shorten_text
from conformance.http.pacing import BUSY_STATUSES, GATEWAY_STATUSES
from conformance.http.response import Response, describe_unread_coding
from openapi.media_type import bare_media_type

WAITED_AT_STATUSES = BUSY_STATUSES | GATEWAY_STATUSES  # by the client, as patiently as the profile says
# What is answered for an API that is down, and may not be in a moment; from 520 on by Cloudflare.
STARTING_STATUSES = WAITED_AT_STATUSES | frozenset(range(520, 531))
# And, by routers, for one that is elsewhere.
_STATUSES_OF_GATEWAYS = frozenset({405, 421, 426, 505}) | STARTING_STATUSES
_LONGEST_HEADER = 200
PAGE_HINT = "; that was a web page, perhaps of what stands before the API: check base_url"
_CHECK_PROFILE = "check base_url, the main credential and the main fixtures"
_MEND_CODING = (
    "let whoever sends Content-Encoding, the server or a proxy before it, name the coding that is used"
)


def is_before_the_api(response: Response, is_documented: bool) -> bool:
    """Tell whether *response*, unless it is documented, comes from what stands before the API."""
    if response.unread_coding:
        return True
    if is_documented:
        return False
    is_redirect = 300 <= response.status < 400
    return is_redirect or response.status in _STATUSES_OF_GATEWAYS or response.is_page


def describe_answer(response: Response) -> str:
    """Say how preflight was answered, and what to do."""
    return f"{describe_exchange(response)}{_describe_lack_of_json(response)}; {_find_advice(response)}"


def describe_exchange(response: Response) -> str:
    """Say what was asked last, and how it was answered."""
    facts = [f"{response.exchange.method} {response.exchange.url} was answered {response.status}"]
    if 300 <= response.status < 400:
        facts.append(f"to {_quote_header(response, 'location') or 'nowhere'}")
    if response.status in BUSY_STATUSES and "retry-after" in response.headers:
        facts.append(f"to wait {_quote_header(response, 'retry-after')}")
    if response.content and not response.is_labelled_json:
        facts.append(bare_media_type(_quote_header(response, "content-type")) or "without a media type")
    if response.coding_fault:
        facts.append(f"with {response.coding_fault}")
    return escape_controls(", ".join(facts))


def _quote_header(response: Response, name: str) -> str:
    """Return a header without credentials, and no more of it than can be read; empty if there is none."""
    shown = {one.lower(): value for one, value in response.exchange.response_headers.items()}
    return shorten_text(shown.get(name, ""), _LONGEST_HEADER)


def _describe_lack_of_json(response: Response) -> str:
    """Say what stands where JSON is announced, or has to be; nothing if it is JSON, or if the coding tells why not."""
    is_wanted = response.is_labelled_json or (response.ok and not response.content)
    if response.coding_fault or response.unread_coding or not is_wanted:
        return ""
    try:
        _ = response.json
    except DoesNotConform as failure:
        return f", with no JSON but {failure.got}"
    return ""


def _find_advice(response: Response) -> str:
    coding = None
    if response.unread_coding:
        coding = describe_unread_coding(response)
    elif response.coding_fault:
        coding = _MEND_CODING
    if coding and response.ok and response.is_labelled_json:
        return coding
    advice = _find_redirect_advice(response) or _CHECK_PROFILE
    return f"{advice}; {coding}" if coding else advice


def _find_redirect_advice(response: Response) -> str | None:
    """Say what to do about a redirect that only leads to another origin, or to the other slash form of the path."""
    if not 300 <= response.status < 400:
        return None
    asked = httpx2.URL(response.exchange.url)
    try:
        other = asked.join(response.headers.get("location", ""))
    except httpx2.InvalidURL:
        return None
    is_elsewhere = (other.scheme, other.netloc) != (asked.scheme, asked.netloc)
    if is_elsewhere and other.raw_path == asked.raw_path:
        return "if the API is there, give that address as base_url"
    shorter, longer = sorted([asked.path, other.path], key=len)
    if not is_elsewhere and longer == f"{shorter}/" and not shorter.endswith("/"):
        return "give the form of the path that it leads to with path_style, where the profile has that"
    return None
