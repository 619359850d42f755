"""Request Body: a value of any JSON type comes back as it was sent."""

from __future__ import annotations

from contextlib import suppress

from conformance.apis.onlyautomator import hostile_input
from conformance.apis.onlyautomator.answers import (
    describe_answer,
    describe_kept_value,
    expect_member,
)
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.shared_writes import (
    expect_value_kept,
    write_value,
    write_without_value,
)
from conformance.assertions.expect import observe
from conformance.assertions.outcome import NotTested

CASES = {"camelCase": "a", "snake_case": "b", "kebab-case": "c", "PascalCase": "d", "UPPER": "e"}


def test_value_true(driver: Driver) -> None:
    """MUST give back true. (onlyautomator: Request Body)"""
    expect_value_kept(driver, True)


def test_value_false(driver: Driver) -> None:
    """MUST give back false. (onlyautomator: Request Body)"""
    expect_value_kept(driver, False)


def test_value_string(driver: Driver) -> None:
    """MUST give back a string of words. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "Evenings and weekends")


def test_value_empty_string(driver: Driver) -> None:
    """MUST give back an empty string. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "")


def test_value_numeric_string(driver: Driver) -> None:
    """MUST give back a string of digits as a string. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "007")


def test_value_keyword_string(driver: Driver) -> None:
    """MUST give back the string true as a string. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "true")


def test_value_date_string(driver: Driver) -> None:
    """MUST give back a string that is a date as it was written. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "2024-02-29T23:30:00+05:30")


def test_value_markup(driver: Driver) -> None:
    """MUST give back a string with markup, quotes and backslashes. (onlyautomator: Request Body)"""
    expect_value_kept(driver, '<b>"it\'s" &amp; c:\\new\\table</b> {{x}} %s ${y}')


def test_value_unicode(driver: Driver) -> None:
    """MUST give back a string in many scripts. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "Ελλαδα привет 日本語 ქართული ภาษา العربية ß þ ø € ₿ \u2028")


def test_value_astral(driver: Driver) -> None:
    """MUST give back a string with characters beyond the basic plane. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "\U0001f600 \U0001f6b4 \U00020bb7 \U0001d11e")


def test_value_whitespace(driver: Driver) -> None:
    """MUST give back the whitespace in and around a string. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "  two  words\tand a tab\nand a line\r\nand another \n")


def test_value_long_string(driver: Driver) -> None:
    """MUST give back a string of a thousand characters, and one of ten thousand if it accepts it.

    (onlyautomator: Request Body)
    """
    text = "".join(f"{number:04d};" for number in range(2000))
    expect_value_kept(driver, text[:1000])
    with suppress(NotTested):
        longer = driver.write(driver.make_body(value=text))
        if longer.ok:
            expect_member(longer, "value", text)


def test_value_zero(driver: Driver) -> None:
    """MUST give back the number 0. (onlyautomator: Request Body)"""
    expect_value_kept(driver, 0)


def test_value_one(driver: Driver) -> None:
    """MUST give back the number 1 as a number. (onlyautomator: Request Body)"""
    expect_value_kept(driver, 1)


def test_value_negative(driver: Driver) -> None:
    """MUST give back a negative number. (onlyautomator: Request Body)"""
    expect_value_kept(driver, -42)


def test_value_large_integer(driver: Driver) -> None:
    """MUST give back the largest integer that every JSON reader keeps. (onlyautomator: Request Body)"""
    expect_value_kept(driver, 2**53 - 1)


def test_value_float(driver: Driver) -> None:
    """MUST give back a number with a fraction. (onlyautomator: Request Body)"""
    expect_value_kept(driver, 1234.5)


def test_value_small_float(driver: Driver) -> None:
    """MUST give back a number close to nothing. (onlyautomator: Request Body)"""
    expect_value_kept(driver, 1.5e-7)


def test_value_object(driver: Driver) -> None:
    """MUST give back an object. (onlyautomator: Request Body)"""
    hours = {f"hour{letter}": hour for hour, letter in enumerate("abcdefghijklmnopqrstuvwx")}
    expect_value_kept(driver, {"label": "late", "hours": 3, "ratio": 0.5, "weekends": True, **hours})


def test_value_nested_object(driver: Driver) -> None:
    """MUST give back an object in an object. (onlyautomator: Request Body)"""
    expect_value_kept(driver, {"quiet": {"from": "22:00", "days": {"first": "sat", "last": "sun"}}})


def test_value_empty_object(driver: Driver) -> None:
    """MUST give back an empty object. (onlyautomator: Request Body)"""
    expect_value_kept(driver, {})


def test_value_null_member(driver: Driver) -> None:
    """MUST give back a null in an object. (onlyautomator: Request Body)"""
    expect_value_kept(driver, {"after": None, "before": "noon"})


def test_value_member_names(driver: Driver) -> None:
    """MUST give back an object's member names with dots, dollars and spaces. (onlyautomator: Request Body)"""
    expect_value_kept(
        driver, {"a.b": "dot", "$set": "dollar", "two words": "space", "日本": "script", "0": "digit"}
    )


def test_value_member_case(driver: Driver) -> None:
    """MUST give back an object's member names in the case they have. (onlyautomator: Request Body)"""
    expect_value_kept(driver, CASES)


def test_value_array(driver: Driver) -> None:
    """MUST give back an array in its order. (onlyautomator: Request Body)"""
    words = [f"{one}{other}" for one in "zyxwv" for other in "abcdefghij"]
    expect_value_kept(driver, ["sun", "fri", "sat", "mon", *words])


def test_value_array_duplicates(driver: Driver) -> None:
    """MUST give back an array with what comes twice in it. (onlyautomator: Request Body)"""
    expect_value_kept(driver, ["a", "a", "b"])


def test_value_single_array(driver: Driver) -> None:
    """MUST give back an array of one item as an array. (onlyautomator: Request Body)"""
    expect_value_kept(driver, ["only"])


def test_value_empty_array(driver: Driver) -> None:
    """MUST give back an empty array. (onlyautomator: Request Body)"""
    expect_value_kept(driver, [])


def test_value_null_item(driver: Driver) -> None:
    """MUST give back a null in an array. (onlyautomator: Request Body)"""
    expect_value_kept(driver, ["a", None, "b"])


def test_value_mixed_array(driver: Driver) -> None:
    """MUST give back an array of several types, each as it is. (onlyautomator: Request Body)"""
    expect_value_kept(driver, [True, 1, 0, False, "1", "", 2.5])


def test_value_nested_arrays(driver: Driver) -> None:
    """MUST give back arrays in an array. (onlyautomator: Request Body)"""
    expect_value_kept(driver, [["a"], ["b", ["c"]], []])


def test_value_array_of_objects(driver: Driver) -> None:
    """MUST give back objects in an array. (onlyautomator: Request Body)"""
    expect_value_kept(driver, [{"day": "sat"}, {"day": "sun", "hours": ["9", "17"]}, {}])


def test_value_deep(driver: Driver) -> None:
    """MUST give back a value that is twenty levels deep. (onlyautomator: Request Body)"""
    expect_value_kept(driver, _nest_value(21))


def test_null_value(driver: Driver) -> None:
    """OBSERVED null for a value. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(value=None))
    observe(f"null is answered {describe_answer(answer)}{describe_kept_value(answer)}")


def test_missing_value(driver: Driver) -> None:
    """OBSERVED a write without a value. (onlyautomator: Request Body)"""
    answer = write_without_value(driver).answer
    observe(f"a write without a value is answered {describe_answer(answer)}{describe_kept_value(answer)}")


def test_integer_beyond_doubles(driver: Driver) -> None:
    """OBSERVED an integer that no double can hold. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "an integer beyond doubles")
    observe(f"the integer {2**53 + 1} is answered {describe_answer(answer)}{describe_kept_value(answer)}")


def test_number_forms(driver: Driver) -> None:
    """OBSERVED numbers in unusual forms. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "number forms")
    observe(
        f"[1.0, 1e2, -0, 0.1000, 1e400] is answered {describe_answer(answer)}{describe_kept_value(answer)}"
    )


def test_not_a_number(driver: Driver) -> None:
    """OBSERVED NaN, which is no JSON. (onlyautomator: Request Body)"""
    observe(f"NaN is answered {describe_answer(hostile_input.send_value(driver, 'NaN'))}")


def test_nul_character(driver: Driver) -> None:
    """OBSERVED a string with the character U+0000. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "U+0000")
    observe(f"U+0000 is answered {describe_answer(answer)}{describe_kept_value(answer)}")


def test_lone_surrogate(driver: Driver) -> None:
    """OBSERVED a string with half a surrogate pair, escaped. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "a lone surrogate")
    observe(f"a lone surrogate is answered {describe_answer(answer)}{describe_kept_value(answer)}")


def test_unicode_forms(driver: Driver) -> None:
    """OBSERVED a composed and a decomposed letter. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(value="\u00e9 e\u0301"))
    observe(f"é composed and decomposed is answered {describe_answer(answer)}{describe_kept_value(answer)}")


def test_member_order(driver: Driver) -> None:
    """OBSERVED the order of an object's members. (onlyautomator: Request Body)"""
    _, answer = write_value(driver, CASES)
    observe(f"members {', '.join(CASES)} are answered {describe_answer(answer)}{describe_kept_value(answer)}")


def test_very_deep_value(driver: Driver) -> None:
    """OBSERVED a value that is five hundred levels deep. (onlyautomator: Request Body)"""
    observe(
        f"five hundred levels are answered {describe_answer(hostile_input.send_value(driver, '500 levels'))}"
    )


def test_byte_order_mark(driver: Driver) -> None:
    """OBSERVED a body that begins with a byte order mark. (onlyautomator: Request Body)"""
    observe(f"a byte order mark is answered {describe_answer(hostile_input.send_byte_order_mark(driver))}")


def _nest_value(levels: int) -> object:
    value: object = "bottom"
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value
