"""Authentication: a bearer token, a media type."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import outcome
from conformance.apis.onlyautomator.driver import Api
from conformance.assertions.expect import observe


def test_lower_case_scheme(api: Api) -> None:
    """OBSERVED a token after the word bearer in lower case. (onlyautomator: Authentication)"""
    answer = api.unauthorized(f"bearer {api.credential('user')}")
    observe(f"the scheme bearer in lower case is answered {outcome(answer)}")


def test_cookie_token(api: Api) -> None:
    """OBSERVED a token in the cookie sb-access-token alone. (onlyautomator: Authentication)"""
    answer = api.post(api.body(), headers={"Cookie": f"sb-access-token={api.credential('user')}"})
    observe(f"the cookie without the header is answered {outcome(answer)}")


def test_charset_parameter(api: Api) -> None:
    """OBSERVED a media type with a charset parameter. (onlyautomator: Authentication)"""
    answer = api.with_charset()
    observe(f"application/json with a charset is answered {outcome(answer)}")


def test_other_media_type(api: Api) -> None:
    """OBSERVED a body that is JSON and labelled as text. (onlyautomator: Authentication)"""
    answer = api.write(api.body(), headers={"Content-Type": "text/plain"})
    observe(f"JSON labelled text/plain is answered {outcome(answer)}")


def test_cross_origin(api: Api) -> None:
    """OBSERVED a write from a browser extension. (onlyautomator: Authentication)"""
    answer = api.write(api.body(), headers={"Origin": "chrome-extension://abcdefghijklmnopabcdefghijklmnop"})
    allowed = answer.headers.get("access-control-allow-origin", "nothing")
    observe(f"a write from an extension is answered {outcome(answer)} and allows {allowed}")
