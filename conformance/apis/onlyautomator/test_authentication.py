"""Authentication: a bearer token, a media type."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import describe_answer, name_alternative
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.shared_writes import write_from_extension, write_with_charset
from conformance.assertions.expect import observe


def test_lower_case_scheme(driver: Driver) -> None:
    """OBSERVED how a token after the scheme bearer in lower case is answered.

    (onlyautomator: Authentication)
    """
    answer = driver.post(driver.make_body(), authorization=f"bearer {driver.reveal_credential('user')}")
    observe(
        f"the scheme bearer in lower case is answered {describe_answer(answer)}",
        name_alternative(answer, "accepted"),
    )


def test_cookie_token(driver: Driver) -> None:
    """OBSERVED how a write is answered that has its token in the cookie sb-access-token alone.

    (onlyautomator: Authentication)
    """
    answer = driver.post(
        driver.make_body(), headers={"Cookie": f"sb-access-token={driver.reveal_credential('user')}"}
    )
    observe(
        f"the cookie without the header is answered {describe_answer(answer)}",
        name_alternative(answer, "accepted"),
    )


def test_charset_parameter(driver: Driver) -> None:
    """OBSERVED how a media type with a charset parameter is answered. (onlyautomator: Authentication)"""
    answer = write_with_charset(driver)
    observe(
        f"application/json with a charset is answered {describe_answer(answer)}",
        name_alternative(answer, "accepted"),
    )


def test_other_media_type(driver: Driver) -> None:
    """OBSERVED how a JSON body labelled as text is answered. (onlyautomator: Authentication)"""
    answer = driver.write(driver.make_body(), headers={"Content-Type": "text/plain"})
    observe(
        f"JSON labelled text/plain is answered {describe_answer(answer)}",
        name_alternative(answer, "accepted"),
    )


def test_cross_origin(driver: Driver) -> None:
    """OBSERVED how a write from a browser extension is answered. (onlyautomator: Authentication)"""
    answer = write_from_extension(driver)
    allowed = answer.headers.get("access-control-allow-origin", "nothing")
    observe(f"a write from an extension is answered {describe_answer(answer)} and allows {allowed}")
