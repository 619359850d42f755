"""401 Unauthorized: no valid token, no write."""

from __future__ import annotations

from conformance.apis.onlyautomator import refusals
from conformance.apis.onlyautomator.answers import expect_refusal
from conformance.apis.onlyautomator.driver import Driver
from conformance.assertions.expect import observe
from conformance.http.response import Response


def _unauthenticated(answer: Response) -> None:
    expect_refusal(answer, 401, "authentication_required")


def test_missing_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required without a token. (onlyautomator: 401 Unauthorized)"""
    _unauthenticated(driver.without_token())
    _unauthenticated(refusals.unauthorized(driver, "no token"))


def test_malformed_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token that is no JWT. (onlyautomator: 401 Unauthorized)"""
    for name in ("no JWT", "no JWT in three parts"):
        _unauthenticated(refusals.unauthorized(driver, name))


def test_tampered_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a signature changed by a character.

    (onlyautomator: 401 Unauthorized)
    """
    _unauthenticated(refusals.unauthorized(driver, "tampered"))


def test_truncated_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token cut short. (onlyautomator: 401 Unauthorized)"""
    _unauthenticated(refusals.unauthorized(driver, "truncated"))


def test_unsigned_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token whose signature was cut off.

    (onlyautomator: 401 Unauthorized)
    """
    _unauthenticated(refusals.unauthorized(driver, "unsigned"))


def test_altered_claims(driver: Driver) -> None:
    """MUST answer 401 authentication_required to other claims under a right signature.

    (onlyautomator: 401 Unauthorized)
    """
    driver.base()
    _unauthenticated(refusals.unauthorized(driver, "altered"))


def test_algorithm_none(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token of the algorithm none, however it is written.

    (onlyautomator: 401 Unauthorized)
    """
    for name in ("none", "nOnE"):
        _unauthenticated(refusals.unauthorized(driver, name))


def test_expired_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to an expired token. (onlyautomator: 401 Unauthorized)"""
    _unauthenticated(refusals.unauthorized(driver, "expired"))


def test_basic_scheme(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token after the word Basic.

    (onlyautomator: 401 Unauthorized)
    """
    _unauthenticated(refusals.unauthorized(driver, "Basic"))


def test_schemeless_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token without a scheme. (onlyautomator: 401 Unauthorized)

    The document gives the header's format, the word Bearer and then the token.
    """
    _unauthenticated(refusals.unauthorized(driver, "no scheme"))


def test_scheme_without_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to the word Bearer alone. (onlyautomator: 401 Unauthorized)"""
    _unauthenticated(refusals.unauthorized(driver, "no token after the scheme"))


def test_unauthenticated_write_stores_nothing(driver: Driver) -> None:
    """MUST not make a record of a write that it answers with 401. (onlyautomator: 401 Unauthorized)"""
    body = driver.body()
    driver.expect_unwritten(body, driver.post(body), owed="two_of_two")


def test_www_authenticate(driver: Driver) -> None:
    """OBSERVED the WWW-Authenticate header of a 401. (onlyautomator: 401 Unauthorized)"""
    answer = driver.without_token()
    observe(f"WWW-Authenticate is {answer.headers.get('www-authenticate', 'missing')}")
