"""Request Body: three names and a value of any JSON type."""

from __future__ import annotations

from contextlib import suppress

from conformance.apis.onlyautomator import hostile_input
from conformance.apis.onlyautomator.answers import (
    body_of,
    data_of,
    describe_answer,
    describe_value,
    expect_member,
)
from conformance.apis.onlyautomator.driver import Body, Driver
from conformance.apis.onlyautomator.shared_writes import (
    create_first_record,
    expect_value_kept,
    first_body,
    first_record,
    write_mixed_case_names,
    write_value,
    write_without_value,
)
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import NotTested
from conformance.http.response import Response

CASES = {"camelCase": "a", "snake_case": "b", "kebab-case": "c", "PascalCase": "d", "UPPER": "e"}


# --- the names -------------------------------------------------------------------------------------------


def test_category_comes_back(driver: Driver) -> None:
    """MUST answer the category that was sent. (onlyautomator: Request Body)"""
    first_record(driver)
    expect_member(create_first_record(driver), "category", driver.run.prefix)


def test_preference_comes_back(driver: Driver) -> None:
    """MUST answer the preference that was sent. (onlyautomator: Request Body)"""
    body = first_body(driver)
    expect_member(create_first_record(driver), "preference", body["preference"])


def test_mixed_case_category(driver: Driver) -> None:
    """OBSERVED what becomes of capitals in a category. (onlyautomator: Request Body)"""
    _observe_case(driver, "category")


def test_mixed_case_preference(driver: Driver) -> None:
    """OBSERVED what becomes of capitals in a preference. (onlyautomator: Request Body)"""
    _observe_case(driver, "preference")


def _observe_case(driver: Driver, name: str) -> None:
    body, answer = write_mixed_case_names(driver)
    text = body[name]
    if not answer.ok:  # of which of the two, perhaps, only a write with one of them can tell
        answer = driver.write(driver.make_body(**{name: text}))
    shown = f" and comes back as {describe_value(data_of(answer).get(name))}" if answer.ok else ""
    observe(f"the {name} {describe_value(text)} is answered {describe_answer(answer)}{shown}")


def test_non_ascii_names(driver: Driver) -> None:
    """MUST not alter a name beyond ASCII that it accepts. (onlyautomator: Request Body)"""
    names = {"category": f"{driver.run.prefix}_話題", "preference": "好み_видео_日本"}
    _expect_names_kept(driver, names)


def test_long_names_stay_whole(driver: Driver) -> None:
    """MUST not cut a name of 120 characters that it accepts, nor confuse two. (onlyautomator: Request Body)"""
    long = "p" * 119
    one = _expect_names_kept(driver, {"category": f"{driver.run.prefix:_<120}", "preference": f"{long}1"})
    other = _expect_names_kept(driver, {"category": f"{driver.run.prefix:_<120}", "preference": f"{long}2"})
    differ = None in (one, other) or one != other
    expect(
        differ,
        "different records for names that differ in the last character",
        f"id {describe_value(one)} twice",
    )


def _expect_names_kept(driver: Driver, names: dict[str, str]) -> object:
    first_record(driver)
    answer = driver.write(driver.make_body(**names))
    if not answer.ok:
        return None
    for name, text in names.items():
        expect_member(answer, name, text)
    return data_of(answer).get("id")


def test_spaces_in_preference(driver: Driver) -> None:
    """OBSERVED a preference with spaces. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(preference="likes long videos"))
    observe(f"a preference with spaces is answered {describe_answer(answer)}")


def test_whitespace_around_names(driver: Driver) -> None:
    """OBSERVED names with whitespace around them. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(category=f" {driver.run.prefix} ", preference="\tpadded "))
    data = data_of(answer) if answer.ok else {}
    as_what = f" as {describe_value([data.get('category'), data.get('preference')])}" if data else ""
    observe(f"names with whitespace around them are answered {describe_answer(answer)}{as_what}")


def test_punctuation_in_names(driver: Driver) -> None:
    """OBSERVED names with punctuation. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(category=f"{driver.run.prefix}/late-night", preference="a.b:c[0]"))
    observe(f"names with punctuation are answered {describe_answer(answer)}")


def test_empty_names(driver: Driver) -> None:
    """OBSERVED an empty string for each of the names. (onlyautomator: Request Body)"""
    answers = {
        name: driver.write(driver.make_body(**{name: ""})) for name in ("fanId", "category", "preference")
    }
    observe(
        "; ".join(
            f"an empty {name} is answered {describe_answer(answer)}" for name, answer in answers.items()
        )
    )


def test_scalars_for_names(driver: Driver) -> None:
    """OBSERVED a number, a boolean and null in the place of a name. (onlyautomator: Request Body)"""
    scalars: dict[str, Body] = {
        "a number": {"preference": 7},
        "a boolean": {"preference": True},
        "null": {"category": None},
    }
    answers = {kind: driver.write(driver.make_body(**wrong)) for kind, wrong in scalars.items()}
    observe("; ".join(f"{kind} is answered {describe_answer(answer)}" for kind, answer in answers.items()))


def test_extra_members(driver: Driver) -> None:
    """OBSERVED a member that the document does not know. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(note="of no concern"))
    observe(f"an unknown member is answered {describe_answer(answer)}")


def test_duplicate_members(driver: Driver) -> None:
    """OBSERVED a member that is there twice. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "a member twice")
    observe(f"a member given twice is answered {describe_answer(answer)}{_describe_kept_value(answer)}")


# --- the value -------------------------------------------------------------------------------------------


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
    observe(f"null is answered {describe_answer(answer)}{_describe_kept_value(answer)}")


def test_missing_value(driver: Driver) -> None:
    """OBSERVED a write without a value. (onlyautomator: Request Body)"""
    answer = write_without_value(driver).answer
    observe(f"a write without a value is answered {describe_answer(answer)}{_describe_kept_value(answer)}")


def test_integer_beyond_doubles(driver: Driver) -> None:
    """OBSERVED an integer that no double can hold. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "an integer beyond doubles")
    observe(f"the integer {2**53 + 1} is answered {describe_answer(answer)}{_describe_kept_value(answer)}")


def test_number_forms(driver: Driver) -> None:
    """OBSERVED numbers in unusual forms. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "number forms")
    observe(
        f"[1.0, 1e2, -0, 0.1000, 1e400] is answered {describe_answer(answer)}{_describe_kept_value(answer)}"
    )


def test_not_a_number(driver: Driver) -> None:
    """OBSERVED NaN, which is no JSON. (onlyautomator: Request Body)"""
    observe(f"NaN is answered {describe_answer(hostile_input.send_value(driver, 'NaN'))}")


def test_nul_character(driver: Driver) -> None:
    """OBSERVED a string with the character U+0000. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "U+0000")
    observe(f"U+0000 is answered {describe_answer(answer)}{_describe_kept_value(answer)}")


def test_lone_surrogate(driver: Driver) -> None:
    """OBSERVED a string with half a surrogate pair, escaped. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "a lone surrogate")
    observe(f"a lone surrogate is answered {describe_answer(answer)}{_describe_kept_value(answer)}")


def test_unicode_forms(driver: Driver) -> None:
    """OBSERVED a composed and a decomposed letter. (onlyautomator: Request Body)"""
    answer = driver.write(driver.make_body(value="\u00e9 e\u0301"))
    observe(f"é composed and decomposed is answered {describe_answer(answer)}{_describe_kept_value(answer)}")


def test_member_order(driver: Driver) -> None:
    """OBSERVED the order of an object's members. (onlyautomator: Request Body)"""
    _, answer = write_value(driver, CASES)
    observe(
        f"members {', '.join(CASES)} are answered {describe_answer(answer)}{_describe_kept_value(answer)}"
    )


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


def _describe_kept_value(answer: Response | None) -> str:
    body = body_of(answer) if answer else None
    data = body.get("data") if isinstance(body, dict) else None
    return (
        f" and given back as {describe_value(data['value'])}"
        if isinstance(data, dict) and "value" in data
        else ""
    )
