"""Authorizations: who may write."""

from __future__ import annotations

from conformance.apis.suprsend.category import said
from conformance.apis.suprsend.driver import OPT_IN, Driver
from conformance.assertions.expect import expect, expect_status, observe
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response


def refused(answer: Response) -> None:
    """Expect a 4xx: the document requires the key and leaves open how its lack is answered."""
    expect(400 <= answer.status < 500, "a refusal, status 4xx", f"status {answer.status}", answer)


def refused_with_401(answer: Response) -> None:
    """Expect 401 of a refusal; whether it is one, another requirement judges."""
    if not 400 <= answer.status < 500:
        raise Inconclusive(f"the request is not refused, but answered {answer.status}")
    expect_status(answer, 401)


def without_key(driver: Driver) -> Response:
    """Send no credential."""
    return driver.ask_once("no key", lambda: driver.write(OPT_IN, authorization=None))


def with_wrong_key(driver: Driver) -> Response:
    """Send a key of the right shape that nobody was given."""
    return driver.ask_once("wrong key", lambda: driver.write(OPT_IN, authorization=driver.wrong_key))


def test_missing_key(driver: Driver) -> None:
    """MUST refuse a request without an API key, with and without a trailing slash. (suprsend: Authorizations)"""
    refused(without_key(driver))
    refused(driver.write(OPT_IN, authorization=None, style=driver.other_style))


def test_empty_key(driver: Driver) -> None:
    """MUST refuse a request with the scheme and no API key behind it. (suprsend: Authorizations)"""
    refused(driver.write(OPT_IN, authorization="Bearer"))


def test_wrong_key(driver: Driver) -> None:
    """MUST refuse an API key that nobody was given, of the shape of a real one. (suprsend: Authorizations)"""
    refused(with_wrong_key(driver))


def test_cut_key(driver: Driver) -> None:
    """MUST refuse the first half of an API key. (suprsend: Authorizations)"""
    refused(driver.write(OPT_IN, authorization=driver.cut_key))


def test_lengthened_key(driver: Driver) -> None:
    """MUST refuse an API key with another character behind it. (suprsend: Authorizations)"""
    refused(driver.write(OPT_IN, authorization=driver.lengthened_key))


def test_basic_scheme(driver: Driver) -> None:
    """SHOULD refuse the API key as a Basic credential, encoded or as it is. (suprsend: Authorizations)"""
    for authorization in (driver.basic, f"Basic {driver.bare_key}"):
        refused(driver.write(OPT_IN, authorization=authorization))


def test_key_in_other_case(driver: Driver) -> None:
    """MUST refuse an API key whose letters are in the other case. (suprsend: Authorizations)"""
    refused(driver.write(OPT_IN, authorization=driver.key_in_other_case))


def test_missing_key_status(driver: Driver) -> None:
    """SHOULD answer 401 where it refuses a request without an API key. (suprsend: API specification)"""
    refused_with_401(without_key(driver))


def test_wrong_key_status(driver: Driver) -> None:
    """SHOULD answer 401 where it refuses a wrong API key. (suprsend: API specification)"""
    refused_with_401(with_wrong_key(driver))


def test_key_without_scheme(driver: Driver) -> None:
    """OBSERVED what an API key without its scheme is answered. (suprsend: Authorizations)"""
    observe(f"the bare key is {said(driver.write(OPT_IN, authorization=driver.bare_key))}")


def test_lower_case_scheme(driver: Driver) -> None:
    """OBSERVED what the scheme in lower case is answered. (suprsend: Authorizations)"""
    authorization = driver.bearer.replace("Bearer", "bearer", 1)
    observe(f"the scheme in lower case is {said(driver.write(OPT_IN, authorization=authorization))}")


def test_false_signature(driver: Driver) -> None:
    """OBSERVED what the signed form of older clients is answered if the signature is false.

    (suprsend: official clients)
    """
    answer = driver.write(OPT_IN, authorization=driver.false_signature)
    observe(f"a false signature is {said(answer)}")
