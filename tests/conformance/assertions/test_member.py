"""Where two JSON values differ, and how the member of an answer is named."""

import pytest

from conformance.assertions.json_equality import MISSING, find_difference, is_same_json
from conformance.assertions.member import find_member, render_member, render_pointer


@pytest.mark.parametrize(
    ("one", "other", "member", "here", "there"),
    [
        (1, "1", (), 1, "1"),
        (True, 1, (), True, 1),
        ({"a": {"b": [0, 1]}}, {"a": {"b": [0, 2]}}, ("a", "b", 1), 1, 2),
        ({"a": 1, "b": 2}, {"b": 3}, ("a",), 1, MISSING),
        ({}, {"a": None}, ("a",), MISSING, None),
        ([1, 2], [1], (1,), 2, MISSING),
        ([], {}, (), [], {}),
    ],
)
def test_first_difference_is_found(one, other, member, here, there):
    found = find_difference(one, other)

    assert not is_same_json(one, other)
    assert (found.member, found.one, found.other) == (member, here, there)


def test_equal_values_have_no_difference():
    deep = shallow = 1.0
    for _ in range(5000):
        deep, shallow = [deep], [shallow]

    assert find_difference({"a": 1, "b": deep}, {"b": shallow, "a": 1.0}) is None


def test_member_is_that_of_the_same_object_and_not_of_an_equal_one():
    second = {"channel": "sms"}
    whole = {"channels": [{"channel": "sms"}, second]}

    assert find_member(whole, second, "channel") == ("channels", 1, "channel")
    assert find_member(whole, {"channel": "sms"}, "channel") == ()


def test_members_are_written_for_people_and_as_json_pointers():
    member = ("data", "value", 2, "a/b~c")

    assert render_member(member) == "data.value[2].a/b~c"
    assert render_pointer(member) == "/data/value/2/a~1b~0c"
