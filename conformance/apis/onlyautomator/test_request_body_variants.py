"""Request Body: what the document leaves open about a value, and about the JSON that it comes in."""

from __future__ import annotations

import unicodedata

from conformance.apis.onlyautomator import hostile_input
from conformance.apis.onlyautomator.answers import (
    body_of,
    describe_answer,
    describe_kept_value,
    name_alternative,
    name_shown,
)
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.shared_writes import write_value_once, write_without_value
from conformance.apis.onlyautomator.test_request_body_values import ACCENTS, CASES
from conformance.assertions.expect import observe


def test_null_value(driver: Driver) -> None:
    """OBSERVED how null as the value is answered. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(value=None))
    observe(
        f"null is answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_shown(answer, {"stored": None}),
    )


def test_missing_value(driver: Driver) -> None:
    """OBSERVED how a write without a value is answered. (onlyautomator: Request Body)"""
    answer = write_without_value(driver).answer
    observe(
        f"a write without a value is answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_shown(answer, {"stored-as-null": None}),
    )


def test_integer_beyond_doubles(driver: Driver) -> None:
    """OBSERVED how an integer is answered that no double holds exactly. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "an integer beyond doubles")
    observe(
        f"the integer {2**53 + 1} is answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_shown(answer, {"kept": 2**53 + 1, "rounded": 2**53}),
    )


def test_fraction_beyond_doubles(driver: Driver) -> None:
    """OBSERVED how a fraction is answered that has more digits than a double holds. (onlyautomator: Request Body)"""
    text = hostile_input.VALUES["a fraction beyond doubles"]
    answer = hostile_input.send_value(driver, "a fraction beyond doubles")
    observe(
        f"the fraction {text} is answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_shown(answer, {"rounded": float(text)}),
    )


def test_number_forms(driver: Driver) -> None:
    """OBSERVED how numbers in unusual forms are answered. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "number forms")
    observe(
        f"[1.0, 1e2, -0, 0.1000, 1e400] is answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_shown(answer, {"null": [1, 100, 0, 0.1, None]}),
    )


def test_not_a_number(driver: Driver) -> None:
    """OBSERVED how NaN is answered, which is not JSON. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "NaN")
    observe(f"NaN is answered {describe_answer(answer)}", name_shown(answer, {"null": None}))


def test_nul_character(driver: Driver) -> None:
    """OBSERVED how a string with the character U+0000 is answered. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "U+0000")
    observe(
        f"U+0000 is answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_shown(answer, {"kept": "a\x00b"}),
    )


def test_lone_surrogate(driver: Driver) -> None:
    """OBSERVED how a string with an escaped half of a surrogate pair is answered.

    (onlyautomator: Request Body)
    """
    answer = hostile_input.send_value(driver, "a lone surrogate")
    observe(
        f"a lone surrogate is answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_shown(answer, {"kept": "\ud83d", "replaced": "\ufffd"}),
    )


def test_unicode_forms(driver: Driver) -> None:
    """OBSERVED whether a composed and a decomposed letter are returned as they were sent.

    (onlyautomator: Request Body)
    """
    answer = write_value_once(driver, ACCENTS).answer
    forms = {
        "kept": ACCENTS,
        "composed": unicodedata.normalize("NFC", ACCENTS),
        "decomposed": unicodedata.normalize("NFD", ACCENTS),
    }
    observe(
        f"é composed and decomposed is answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_shown(answer, forms),
    )


def test_member_order(driver: Driver) -> None:
    """OBSERVED in which order an object's members are returned. (onlyautomator: Request Body)"""
    _, answer = write_value_once(driver, CASES)
    body = body_of(answer)
    data = body.get("data") if isinstance(body, dict) else None
    shown = data.get("value") if isinstance(data, dict) else None
    orders = {
        "kept": [*CASES],
        "sorted": sorted(CASES),
        "shortest-first": sorted(CASES, key=lambda name: (len(name), name)),
    }
    names = list(shown) if isinstance(shown, dict) else []
    order = next((one for one, ordered in orders.items() if ordered == names), "changed")
    observe(
        f"members {', '.join(CASES)} are answered {describe_answer(answer)}{describe_kept_value(answer)}",
        name_alternative(answer, order),
    )


def test_very_deep_value(driver: Driver) -> None:
    """OBSERVED how a value of five hundred nested levels is answered. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "500 levels")
    observe(f"five hundred levels are answered {describe_answer(answer)}", name_alternative(answer, "kept"))


def test_byte_order_mark(driver: Driver) -> None:
    """OBSERVED how a body is answered that begins with a byte order mark. (onlyautomator: Request Body)"""
    answer = hostile_input.send_byte_order_mark(driver)
    observe(f"a byte order mark is answered {describe_answer(answer)}", name_alternative(answer, "accepted"))
