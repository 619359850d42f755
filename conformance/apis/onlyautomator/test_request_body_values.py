"""Request Body: a value of any JSON type comes back as it was sent."""

from __future__ import annotations

from contextlib import suppress

from conformance.apis.onlyautomator import hostile_input
from conformance.apis.onlyautomator.answers import (
    data_of,
    describe_value,
    expect_member,
    require_member,
)
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.generated_cases import compose_letters
from conformance.apis.onlyautomator.shared_writes import (
    expect_accepted,
    expect_value_kept,
    first_record,
    write_value_once,
)
from conformance.assertions.expect import expect
from conformance.assertions.outcome import NotTested

DATES = (
    "2024-02-29T23:30:00+05:30",
    "2024-02-29",
    "2024-02-29T10:00:00Z",
    "2024-02-29T10:00:00.120Z",
    "2024-02-29 10:00:00",
    "20240229T100000Z",
    "29.02.2024",
    "02/29/2024",
    "Thu, 29 Feb 2024 10:00:00 GMT",
    "2024-02",
    "10:30",
    "P1D",
)
WORDS = ("null", '{"a": [1]}')  # what a reader may take for JSON
NESTED_WORDS = {
    "words": [*WORDS, "true", "false", "undefined", "None", "NaN", "[]"],
    "code": "0F8FAD5B-D9CB-469F-A165-70867728950E",
}
MARKUP = '<b>"it\'s" &amp; c:\\new\\table</b> {{x}} %s ${y} %41%20a+b'
SPACES = "  two  words\tand a tab\nand a line\r\nand another \n"
PRECISE_NUMBERS = [3.141592653589793, -6.02214076e23, 5.3e-20, 12345678901234567890, 1 - 2**53]
ACCENTS = "\u00e9 e\u0301"
CASES = {
    "camelCase": "a",
    "snake_case": "b",
    "kebab-case": "c",
    "PascalCase": "d",
    "UPPER": {"innerCase": "e", "INNER": "f"},
}
NESTED_EMPTIES = {
    "is_on": False,
    "per_day": 0,
    "short_note": "",
    "no_days": [],
    "no_hours": {},
    "by_season": {"in_summer": [[], {}, ""], "in_winter": {"at_night": {}}},
    "by_day": {"on_saturday": None, "on_sunday": [{"from_noon": None}]},
}
_LONG_TEXT = "".join(f"{number:04d};" for number in range(2000))


def test_value_true(driver: Driver) -> None:
    """MUST return the value true. (onlyautomator: Request Body)"""
    expect_value_kept(driver, True)


def test_value_false(driver: Driver) -> None:
    """MUST return the value false. (onlyautomator: Request Body)"""
    expect_value_kept(driver, False)


def test_value_string(driver: Driver) -> None:
    """MUST return a string of words unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "Evenings and weekends")


def test_value_empty_string(driver: Driver) -> None:
    """MUST return an empty string. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "")


def test_value_numeric_string(driver: Driver) -> None:
    """MUST return a string of digits as a string. (onlyautomator: Request Body)"""
    expect_value_kept(driver, "007")


def test_value_keyword_string(driver: Driver) -> None:
    """MUST return words such as true and null in a string as a string, and inside an object.

    (onlyautomator: Request Body)
    """
    for text in ("true", *WORDS):
        expect_value_kept(driver, text)
    expect_value_kept(driver, NESTED_WORDS)


def test_value_date_string(driver: Driver) -> None:
    """MUST return a date or a time in a string unchanged, and inside an object. (onlyautomator: Request Body)"""
    for text in DATES:
        expect_value_kept(driver, text)
    expect_value_kept(driver, {"dates": list(DATES)})


def test_value_markup(driver: Driver) -> None:
    """MUST return a string with markup, quotes and backslashes unchanged, and inside an object.

    (onlyautomator: Request Body)
    """
    expect_value_kept(driver, MARKUP)
    expect_value_kept(driver, {"note": MARKUP})


def test_value_unicode(driver: Driver) -> None:
    """MUST return a string in many scripts unchanged. (onlyautomator: Request Body)"""
    # None of these letters has another form in Unicode that means the same; some have one that looks alike.
    expect_value_kept(
        driver, "Ελλαδα привет 日本語 ქართული ภาษา العربية ß þ ø € ₿ ﬁ ① x² ㎏ ™ \u2028 a\u00a0b\u200dc"
    )


def test_value_accents(driver: Driver) -> None:
    """MUST return letters with accents as the same letters. (onlyautomator: Request Body)

    Unicode writes é as one character or as two that mean the same. The document does not say which form is kept, so
    either may be returned.
    """
    first_record(driver)
    answer = expect_accepted(write_value_once(driver, ACCENTS).answer)
    kept = compose_letters(require_member(data_of(answer), "value"))
    is_kept, expected = kept == compose_letters(ACCENTS), f"value {describe_value(ACCENTS)}"
    expect(is_kept, expected, describe_value(kept), answer, ("data", "value"))


def test_value_astral(driver: Driver) -> None:
    """MUST return a string with characters beyond the basic multilingual plane unchanged.

    (onlyautomator: Request Body)
    """
    expect_value_kept(driver, "\U0001f600 \U0001f6b4 \U00020bb7 \U0001d11e")


def test_value_whitespace(driver: Driver) -> None:
    """MUST return a string with the whitespace in and around it, and inside an array. (onlyautomator: Request Body)"""
    expect_value_kept(driver, SPACES)
    expect_value_kept(driver, [SPACES])


def test_value_long_string(driver: Driver) -> None:
    """MUST return a string of 1,000 characters unchanged, also inside an object, and one of 10,000 if it accepts it.

    (onlyautomator: Request Body)
    """
    expect_value_kept(driver, _LONG_TEXT[:1000])
    expect_value_kept(driver, {"note": _LONG_TEXT[:1000]})
    with suppress(NotTested):
        longer = hostile_input.send_long_text(driver, _LONG_TEXT)
        if longer is not None and longer.ok:
            expect_member(longer, "value", _LONG_TEXT)


def test_value_zero(driver: Driver) -> None:
    """MUST return the number 0. (onlyautomator: Request Body)"""
    expect_value_kept(driver, 0)


def test_value_one(driver: Driver) -> None:
    """MUST return the number 1 as a number. (onlyautomator: Request Body)"""
    expect_value_kept(driver, 1)


def test_value_negative(driver: Driver) -> None:
    """MUST return a negative number unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, -42)


def test_value_large_integer(driver: Driver) -> None:
    """MUST return the largest integer that every JSON reader keeps unchanged.

    (onlyautomator: Request Body)

    Every JSON reader keeps what a double holds exactly; RFC 8259 lets nobody rely on more.
    """
    expect_value_kept(driver, 2**53 - 1)


def test_value_float(driver: Driver) -> None:
    """MUST return a number with a fraction unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, 1234.5)


def test_value_small_float(driver: Driver) -> None:
    """MUST return a number close to zero unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, 1.5e-7)


def test_value_precise_number(driver: Driver) -> None:
    """MUST return a number of seventeen digits unchanged, and large and precise ones if it accepts them.

    (onlyautomator: Request Body)

    Numbers are equal if they are the same double: RFC 8259 lets nobody rely on more. So 1 may be returned as 1.0, and
    12345678901234567890 as 12345678901234567000.
    """
    expect_value_kept(driver, 0.1 + 0.2)
    answer = write_value_once(driver, PRECISE_NUMBERS).answer
    if answer.ok:
        expect_member(answer, "value", PRECISE_NUMBERS)


def test_value_object(driver: Driver) -> None:
    """MUST return an object unchanged. (onlyautomator: Request Body)"""
    hours = {f"hour{letter}{day}": hour for hour, letter in enumerate("abcdefghijkl") for day in "mtwfs"}
    expect_value_kept(driver, {"label": "late", "hours": 3, "ratio": 0.5, "weekends": True, **hours})


def test_value_nested_object(driver: Driver) -> None:
    """MUST return an object inside an object unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, {"quiet": {"from": "22:00", "days": {"first": "sat", "last": "sun"}}})


def test_value_empty_object(driver: Driver) -> None:
    """MUST return an empty object. (onlyautomator: Request Body)"""
    expect_value_kept(driver, {})


def test_value_nested_empties(driver: Driver) -> None:
    """MUST return what is empty, zero or false inside an object unchanged, and what is null deeper in it.

    (onlyautomator: Request Body)
    """
    expect_value_kept(driver, NESTED_EMPTIES)


def test_value_null_member(driver: Driver) -> None:
    """MUST return an object with a member that is null unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, {"after": None, "before": "noon"})


def test_value_member_names(driver: Driver) -> None:
    """MUST return an object whose member names have dots, dollar signs and spaces, or are empty or long, unchanged.

    (onlyautomator: Request Body)

    So may be those of an object in it. Of the long ones two differ in the last of 256 characters.
    """
    names = {
        "a.b": "dot",
        "$set": "dollar",
        "two words": "space",
        "日本": "script",
        "0": "digit",
        "": "nothing",
        **{f"{'long':_<255}{last}": "length" for last in (1, 2)},
    }
    expect_value_kept(
        driver, {**names, " padded ": "spaces", "inside": {**names, "2024-02-29": {"0": "a", "1": "b"}}}
    )


def test_value_member_case(driver: Driver) -> None:
    """MUST return an object's member names in the case in which they were sent.

    (onlyautomator: Request Body)
    """
    expect_value_kept(driver, CASES)


def test_value_array(driver: Driver) -> None:
    """MUST return an array in its order. (onlyautomator: Request Body)"""
    words = [f"{one}{other}" for one in "zyxwv" for other in "abcdefghijklmnopqrstuvwxyz"]
    expect_value_kept(driver, ["sun", "fri", "sat", "mon", *words])


def test_value_array_duplicates(driver: Driver) -> None:
    """MUST return an array with equal items unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, ["a", "a", "b"])


def test_value_single_array(driver: Driver) -> None:
    """MUST return an array of one item as an array. (onlyautomator: Request Body)"""
    expect_value_kept(driver, ["only"])


def test_value_empty_array(driver: Driver) -> None:
    """MUST return an empty array. (onlyautomator: Request Body)"""
    expect_value_kept(driver, [])


def test_value_null_item(driver: Driver) -> None:
    """MUST return an array with an item that is null unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, ["a", None, "b"])


def test_value_mixed_array(driver: Driver) -> None:
    """MUST return an array with items of several types unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, [True, 1, 0, False, "1", "", 2.5])


def test_value_nested_arrays(driver: Driver) -> None:
    """MUST return arrays inside an array unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, [["a"], ["b", ["c"]], []])


def test_value_array_of_objects(driver: Driver) -> None:
    """MUST return objects inside an array unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, [{"day": "sat", "until": None}, {"day": "sun", "hours": ["9", "17"]}, {}])


def test_value_deep(driver: Driver) -> None:
    """MUST return a value of twenty nested levels unchanged. (onlyautomator: Request Body)"""
    expect_value_kept(driver, _nest_value(21))


def _nest_value(levels: int) -> object:
    value: object = "bottom"
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value
