"""The door: whether the API may have answered preflight, or only what stands before it.

A redirect, a login page, the error page of a gateway: of all these nothing is to be learned about the API, for a run as
little as for the doctor.
"""

from __future__ import annotations

from conformance.http.evidence import escape_controls
from conformance.http.pacing import BUSY_STATUSES, GATEWAY_STATUSES
from conformance.http.response import Response, describe_unread_coding

# What is answered for an API that is down, and may not be in a moment; from 520 on by Cloudflare.
STARTING_STATUSES = BUSY_STATUSES | GATEWAY_STATUSES | frozenset(range(520, 531))
# And, by routers, for one that is elsewhere.
_STATUSES_OF_GATEWAYS = frozenset({405, 421, 426, 505}) | STARTING_STATUSES


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
    if response.unread_coding:
        return describe_unread_coding(response.unread_coding)
    return f"{describe_exchange(response)}; check base_url, the main credential and the main fixtures"


def describe_exchange(response: Response) -> str:
    """Say what was asked last, and how it was answered."""
    facts = [f"{response.exchange.method} {response.exchange.url} was answered {response.status}"]
    if 300 <= response.status < 400:
        facts.append(f"to {response.headers.get('location', 'nowhere')}")
    if response.status in BUSY_STATUSES and "retry-after" in response.headers:
        facts.append(f"to wait {response.headers['retry-after']}")
    if response.content and not response.is_labelled_json:
        facts.append(response.media_type or "without a media type")
    return escape_controls(", ".join(facts))
