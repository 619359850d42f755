"""401 Unauthorized: no valid token, no write."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import expect_refusal
from conformance.apis.onlyautomator.bad_credentials import expect_kept_out
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.refusals import expect_nothing_stored
from conformance.apis.onlyautomator.shared_writes import first_record, write_without_token
from conformance.assertions.expect import observe


def test_missing_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a write without a token.

    (onlyautomator: 401 Unauthorized)

    A token in the cookie sb-access-token, in the query or in a header such as X-API-Key is none, unless its signature
    is right. These and the other bad tokens are sent in a plain write, and nothing at all also for another fan and in a
    common category, where the seed draws a few of the others. There, and where a token is elsewhere, any refusal will
    do.
    """
    expect_refusal(write_without_token(driver).answer, 401, "authentication_required")
    expect_kept_out(driver, "missing-token")


def test_malformed_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token that is not a JWT.

    (onlyautomator: 401 Unauthorized)

    One word, three words, and two with an empty signature are sent.
    """
    expect_kept_out(driver, "malformed-token")


def test_tampered_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a signature of which one character was changed.

    (onlyautomator: 401 Unauthorized)

    A server may look for a token behind bearer in lower case, BEARER in capitals or another word, but has to look at
    its signature there, too. There, any refusal will do.
    """
    expect_kept_out(driver, "tampered-token")


def test_truncated_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token that was cut short.

    (onlyautomator: 401 Unauthorized)
    """
    expect_kept_out(driver, "truncated-token")


def test_unsigned_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token whose signature was cut off, with its dot or without.

    (onlyautomator: 401 Unauthorized)
    """
    expect_kept_out(driver, "unsigned-token")


def test_altered_claims(driver: Driver) -> None:
    """MUST answer 401 authentication_required to claims that were changed under a valid signature.

    (onlyautomator: 401 Unauthorized)
    """
    first_record(driver)
    expect_kept_out(driver, "altered-claims")


def test_algorithm_none(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token with the algorithm none, in any case of its letters.

    (onlyautomator: 401 Unauthorized)
    """
    expect_kept_out(driver, "algorithm-none")


def test_foreign_signature(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token that a stranger signed, also with an empty secret.

    (onlyautomator: 401 Unauthorized)
    """
    expect_kept_out(driver, "foreign-signature")


def test_expired_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to an expired token. (onlyautomator: 401 Unauthorized)"""
    expect_kept_out(driver, "expired-token")


def test_basic_scheme(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token with the scheme Basic.

    (onlyautomator: 401 Unauthorized)
    """
    expect_kept_out(driver, "basic-scheme")


def test_schemeless_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to a token without a scheme. (onlyautomator: 401 Unauthorized)

    The document gives the format of the header: the word Bearer and then the token.
    """
    expect_kept_out(driver, "schemeless-token")


def test_scheme_without_token(driver: Driver) -> None:
    """MUST answer 401 authentication_required to the scheme Bearer without a token.

    (onlyautomator: 401 Unauthorized)
    """
    expect_kept_out(driver, "scheme-without-token")


def test_unauthenticated_write_stores_nothing(driver: Driver) -> None:
    """MUST not create a record from a write that it answers with 401. (onlyautomator: 401 Unauthorized)"""
    body = driver.make_body()
    expect_nothing_stored(driver, body, driver.post(body), between="two_of_two")


def test_www_authenticate(driver: Driver) -> None:
    """OBSERVED which WWW-Authenticate header a 401 has. (onlyautomator: 401 Unauthorized)"""
    answer = write_without_token(driver).answer
    challenge = answer.headers.get("www-authenticate")
    observe(f"WWW-Authenticate is {challenge or 'missing'}", "sent" if challenge else "missing")
