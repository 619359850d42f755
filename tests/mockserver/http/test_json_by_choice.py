"""JSON is read as the choices of a contract say."""

from __future__ import annotations

import pytest

from mockserver.http import exact_json
from mockserver.http.json_by_choice import make_json_reader


@pytest.mark.parametrize(
    ("choice", "alternative", "text", "value"),
    [
        ("not-a-number", "null", b"[NaN, -Infinity]", [None, None]),
        ("number-forms", "null", b"[1e400, 1e2]", [None, 100]),
        ("integer-beyond-doubles", "rounded", b"[9007199254740993, 7]", [9007199254740992, 7]),
        ("fraction-beyond-doubles", "rounded", b"0.12345678901234567890123", 0.12345678901234568),
        ("duplicate-members", "last", b'{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
        ("duplicate-members", "first", b'{"a": 1, "b": 2, "a": 3}', {"a": 1, "b": 2}),
        ("lone-surrogate", "replaced", rb'["a\ud83d", "\ud83d\ude00"]', ["a\ufffd", "\U0001f600"]),
        ("unicode-forms", "composed", '{"e\u0301": ["e\u0301"]}'.encode(), {"\u00e9": ["\u00e9"]}),
        ("unicode-forms", "decomposed", '"\u00e9"'.encode(), "e\u0301"),
    ],
)
def test_alternative_is_taken(choice, alternative, text, value):
    assert make_json_reader({choice: alternative})(text) == value


@pytest.mark.parametrize(
    ("choice", "text", "what"),
    [
        ("byte-order-mark", b"\xef\xbb\xbf{}", "byte order mark"),
        ("integer-beyond-doubles", b"[9007199254740993]", "more digits"),
    ],
)
def test_refusal_says_what_is_refused(choice, text, what):
    with pytest.raises(exact_json.NotExact, match=what):
        make_json_reader({choice: "refused-400"})(text)


@pytest.mark.parametrize(
    ("alternative", "names"),
    [("sorted", "a b cc"), ("shortest-first", "a b cc")],
)
def test_members_are_in_the_order_of_the_alternative(alternative, names):
    assert " ".join(make_json_reader({"member-order": alternative})(b'{"cc": 1, "b": 2, "a": 3}')) == names


def test_integers_beyond_all_doubles_are_read_like_other_numbers_beyond_them():
    for text in (b"[-%b]" % (b"9" * 310), b"[%b]" % (b"9" * 5000)):
        with pytest.raises(exact_json.NotExact, match="out of range") as refused:
            make_json_reader({"integer-beyond-doubles": "rounded"})(text)
        assert refused.value.choice == "number-forms"
        assert make_json_reader({"integer-beyond-doubles": "rounded", "number-forms": "null"})(text) == [None]
        with pytest.raises(exact_json.NotExact, match="more digits") as refused:
            make_json_reader({"integer-beyond-doubles": "refused-400"})(text)
        assert refused.value.choice == "integer-beyond-doubles"


def test_members_with_half_a_surrogate_pair_are_put_in_order():
    read = make_json_reader({"member-order": "shortest-first", "lone-surrogate": "replaced"})

    assert [*read(rb'{"abcd": 1, "\ud83d": 2}')] == ["\ufffd", "abcd"]


def test_members_of_one_length_come_before_longer_ones():
    read = make_json_reader({"member-order": "shortest-first"})

    assert [*read(b'{"ab": 1, "B": 2, "a": 3}')] == ["B", "a", "ab"]


def test_what_another_alternative_does_not_touch_stays_refused():
    with pytest.raises(exact_json.NotExact, match="out of range"):
        make_json_reader({"fraction-beyond-doubles": "rounded"})(b"1e400")
    for text in (
        b"{",
        b"NaN",
        b'{"a": 1, "a": 2}',
        b"1e400",
        rb'"\ud83d"',
        b"[" * 300 + b"]" * 300,
        b"9" * 5000,
    ):
        with pytest.raises(exact_json.NotExact):
            make_json_reader({"unicode-forms": "composed"})(text)


def test_defaults_need_no_reader():
    assert make_json_reader({"unicode-forms": "kept", "null-value": "refused-400"}) is None


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ("not-a-number", b"NaN"),
        ("number-forms", b"1e400"),
        ("fraction-beyond-doubles", b"0.12345678901234567890123"),
        ("duplicate-members", b'{"a": 1, "a": 2}'),
        ("lone-surrogate", rb'"\ud83d"'),
    ],
)
def test_refusal_names_the_choice_that_may_allow_it(choice, text):
    for read in (exact_json.loads, make_json_reader({"unicode-forms": "composed"})):
        with pytest.raises(exact_json.NotExact) as refused:
            read(text)
        assert refused.value.choice == choice


def test_alternative_that_nobody_knows_is_as_usual():
    assert make_json_reader({"member-order": "by-colour", "duplicate-members": "refused-422"}) is None
