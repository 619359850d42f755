from datetime import UTC, datetime

import pytest

from conformance.assertions.expect import expect
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import DoesNotConform
from conformance.assertions.timestamp import parse_instant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (0.0, -0.0),
        (2**53 + 1, float(2**53 + 1)),
        ({"a": 1, "b": [None, {}]}, {"b": [None, {}], "a": 1}),
        ("", ""),
        (None, None),
    ],
)
def test_equal_json(one, other):
    assert is_same_json(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (False, 0),
        (0, ""),
        (None, False),
        ("1", 1),
        ([1, 2], [2, 1]),
        ({"a": None}, {}),
        ([], {}),
        ("ä", "a\u0308"),
        (10**400, 1),
    ],
)
def test_unequal_json(one, other):
    assert not is_same_json(one, other)


def test_deep_json_is_compared_without_recursion():
    deep: list = []
    for _ in range(10_000):
        deep = [deep]

    assert is_same_json(deep, deep)


@pytest.mark.parametrize(
    "text",
    [
        "2023-03-15T14:23:45Z",
        "2023-03-15T14:23:45.000Z",
        "2023-03-15T14:23:45.000000000Z",
        "2023-03-15t14:23:45z",
        "2023-03-15 14:23:45+00:00",
        "2023-03-15T14:23:45",
        "20230315T142345Z",
        "2023-03-15T16:23:45+02:00",
        "2023-03-15T16:23:45+02",
        "2023-03-15T09:23:45-0500",
        "2023-074T14:23:45Z",
        "2023-W11-3T14:23:45Z",
        "2023-03-15T14:23,75Z",
    ],
)
def test_every_form_of_an_instant_is_read(text):
    assert parse_instant(text) == datetime(2023, 3, 15, 14, 23, 45, tzinfo=UTC)


def test_an_hour_alone_is_read():
    assert parse_instant("2023-03-15T14Z") == datetime(2023, 3, 15, 14, tzinfo=UTC)
    assert parse_instant("2023-03-15T24:00:00Z") == datetime(2023, 3, 16, tzinfo=UTC)
    assert parse_instant("2016-12-31T23:59:60Z") == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2023-03-15", "14:23:45Z", "2023-13-15T14:23:45Z", "2023-02-30T14:23:45Z", "2023-03-15T25:00Z",
     "2023-03-15T14:61Z", "1678890225", 1678890225, None, "2023-03-15T14:23:45 CET", "9999-12-31T23:59:59-23:59",
     "\uff12023-03-15T14:23:45Z"],
)  # fmt: skip
def test_no_instant(text):
    assert parse_instant(text) is None


def test_expectation_raises_what_was_expected_and_got():
    with pytest.raises(DoesNotConform) as failure:
        expect(False, "a cat", "a dog")

    assert (failure.value.expected, failure.value.got) == ("a cat", "a dog")
