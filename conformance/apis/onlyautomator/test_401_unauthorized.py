"""401 Unauthorized: no valid token, no write."""

from __future__ import annotations

from conformance.apis.onlyautomator import refusals
from conformance.apis.onlyautomator.answers import expect_refusal
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.refusals import expect_nothing_stored
from conformance.apis.onlyautomator.shared_writes import first_record, write_without_token
from conformance.assertions.expect import observe
from conformance.http.response import Response


def _expect_authentication_required(answer: Response) -> None:
    expect_refusal(answer, 401, "authentication_required")


def test_missing_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a write without a token.

    (onlyautomator: 401 Unauthorized)
    """
    _expect_authentication_required(write_without_token(driver).answer)
    _expect_authentication_required(refusals.write_unauthorized(driver, "no token").answer)


def test_malformed_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token that is not a JWT.

    (onlyautomator: 401 Unauthorized)
    """
    for name in ("no JWT", "no JWT in three parts"):
        _expect_authentication_required(refusals.write_unauthorized(driver, name).answer)


def test_tampered_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a signature of which one character was changed.

    (onlyautomator: 401 Unauthorized)
    """
    _expect_authentication_required(refusals.write_unauthorized(driver, "tampered").answer)


def test_truncated_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token that was cut short.

    (onlyautomator: 401 Unauthorized)
    """
    _expect_authentication_required(refusals.write_unauthorized(driver, "truncated").answer)


def test_unsigned_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token whose signature was cut off.

    (onlyautomator: 401 Unauthorized)
    """
    _expect_authentication_required(refusals.write_unauthorized(driver, "unsigned").answer)


def test_altered_claims(driver: Driver) -> None:
    """MUST answer 401 authentication_required to claims that were changed under a valid signature.

    (onlyautomator: 401 Unauthorized)
    """
    first_record(driver)
    _expect_authentication_required(refusals.write_unauthorized(driver, "altered").answer)


def test_algorithm_none(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token with the algorithm none, in any case of its letters.

    (onlyautomator: 401 Unauthorized)
    """
    for name in ("none", "nOnE"):
        _expect_authentication_required(refusals.write_unauthorized(driver, name).answer)


def test_expired_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to an expired token. (onlyautomator: 401 Unauthorized)"""
    _expect_authentication_required(refusals.write_unauthorized(driver, "expired").answer)


def test_basic_scheme(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token with the scheme Basic.

    (onlyautomator: 401 Unauthorized)
    """
    _expect_authentication_required(refusals.write_unauthorized(driver, "Basic").answer)


def test_schemeless_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token without a scheme. (onlyautomator: 401 Unauthorized)

    The document gives the format of the header: the word Bearer and then the token.
    """
    _expect_authentication_required(refusals.write_unauthorized(driver, "no scheme").answer)


def test_scheme_without_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to the scheme Bearer without a token.

    (onlyautomator: 401 Unauthorized)
    """
    _expect_authentication_required(refusals.write_unauthorized(driver, "no token after the scheme").answer)


def test_unauthenticated_write_stores_nothing(driver: Driver) -> None:
    """MUST not create a record from a write that it answers with 401. (onlyautomator: 401 Unauthorized)"""
    body = driver.make_body()
    expect_nothing_stored(driver, body, driver.post(body), between="two_of_two")


def test_www_authenticate(driver: Driver) -> None:
    """OBSERVED which WWW-Authenticate header a 401 has. (onlyautomator: 401 Unauthorized)"""
    answer = write_without_token(driver).answer
    observe(f"WWW-Authenticate is {answer.headers.get('www-authenticate', 'missing')}")
