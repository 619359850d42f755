"""Authorizations: who may write."""

from __future__ import annotations

from conformance.apis.suprsend.bad_credentials import FALSE_SIGNATURE, TABLE, WRITE, expect_kept_out
from conformance.apis.suprsend.category import describe_answer
from conformance.apis.suprsend.driver import OPT_IN, Driver
from conformance.apis.suprsend.expectations import expect_refusal
from conformance.apis.suprsend.shared_writes import write_with_wrong_key, write_without_key
from conformance.assertions.expect import expect_status, observe
from conformance.assertions.outcome import Inconclusive
from conformance.assertions.refusal import name_refusal
from conformance.http.response import Response


def _expect_401_of_refusal(answer: Response) -> None:
    """Expect 401 of a refusal; whether it is one, another requirement judges."""
    if not 400 <= answer.status < 500:
        raise Inconclusive(f"the request is not refused, but answered {answer.status}")
    expect_status(answer, 401)


def test_missing_key(driver: Driver) -> None:
    """MUST refuse a request without an API key, with and without a trailing slash. (suprsend: Authorizations)

    What nobody was given is no key: a signature of nothing, or a wrong key in a cookie, in the query or in another
    header. Each is sent in a plain write. A write without any of them is also sent for a tenant, for another object,
    for other types, in another category and in a locked one, where the seed draws a few of the others.
    """
    expect_kept_out(driver, "missing-key")


def test_empty_key(driver: Driver) -> None:
    """MUST refuse a request with the scheme Bearer and no API key. (suprsend: Authorizations)"""
    expect_kept_out(driver, "empty-key")


def test_wrong_key(driver: Driver) -> None:
    """MUST refuse an API key that looks like a real one and that nobody was given.

    (suprsend: Authorizations)

    Also behind bearer in lower case or in capitals, behind another word, and as a Basic credential, where a server may
    take the right key, and beside another wrong one in a cookie, in the query or in another header. One as documented
    is also sent wherever a write without a key is.
    """
    expect_kept_out(driver, "wrong-key")


def test_cut_key(driver: Driver) -> None:
    """MUST refuse the first half of an API key. (suprsend: Authorizations)"""
    expect_kept_out(driver, "cut-key")


def test_lengthened_key(driver: Driver) -> None:
    """MUST refuse an API key with two digits added at its end. (suprsend: Authorizations)

    They stand before the padding of a key that ends in one: some readers of Base64 look at nothing behind it.
    """
    expect_kept_out(driver, "lengthened-key")


def test_basic_scheme(driver: Driver) -> None:
    """SHOULD refuse the API key as a Basic credential, encoded or plain. (suprsend: Authorizations)"""
    for authorization in (driver.api_key.basic_header, f"Basic {driver.api_key.bare_key}"):
        expect_refusal(driver.write(OPT_IN, authorization=authorization))


def test_key_in_other_case(driver: Driver) -> None:
    """MUST refuse an API key with capitals and small letters swapped. (suprsend: Authorizations)

    A key that is a hexadecimal number is the same in either case, and is not tested.
    """
    expect_kept_out(driver, "key-in-other-case")


def test_missing_key_status(driver: Driver) -> None:
    """SHOULD answer 401 where it refuses a request without an API key. (suprsend: API specification)"""
    _expect_401_of_refusal(write_without_key(driver))


def test_wrong_key_status(driver: Driver) -> None:
    """SHOULD answer 401 where it refuses a wrong API key. (suprsend: API specification)"""
    _expect_401_of_refusal(write_with_wrong_key(driver))


def test_refusal_without_key(driver: Driver) -> None:
    """OBSERVED how a request without an API key is refused. (suprsend: Authorizations)"""
    answer = write_without_key(driver)
    observe(f"no key is {describe_answer(answer)}", name_refusal(answer) or "accepted")


def test_refusal_of_wrong_key(driver: Driver) -> None:
    """OBSERVED how a wrong API key is refused. (suprsend: Authorizations)"""
    answer = write_with_wrong_key(driver)
    observe(f"a wrong key is {describe_answer(answer)}", name_refusal(answer) or "accepted")


def test_key_without_scheme(driver: Driver) -> None:
    """OBSERVED how an API key without its scheme is answered. (suprsend: Authorizations)"""
    answer = driver.write(OPT_IN, authorization=driver.api_key.bare_key)
    observe(f"the bare key is {describe_answer(answer)}", name_refusal(answer) or "accepted")


def test_lower_case_scheme(driver: Driver) -> None:
    """OBSERVED how the scheme in lower case is answered. (suprsend: Authorizations)"""
    authorization = driver.api_key.bearer_header.replace("Bearer", "bearer", 1)
    answer = driver.write(OPT_IN, authorization=authorization)
    observe(f"the scheme in lower case is {describe_answer(answer)}", name_refusal(answer) or "accepted")


def test_false_signature(driver: Driver) -> None:
    """OBSERVED how the signed form of older clients is answered if the signature is false.

    (suprsend: official clients)
    """
    answer = TABLE.find_row(WRITE, FALSE_SIGNATURE).send(driver)
    observe(f"a false signature is {describe_answer(answer)}", name_refusal(answer) or "accepted")
