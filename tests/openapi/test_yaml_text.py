"""What YAML of a person's is read as, and what is refused before it can do harm."""

from __future__ import annotations

import json

import pytest

from openapi.yaml_text import BadYaml, parse_yaml


@pytest.mark.parametrize(
    "word",
    ["NO", "no", "on", "off", "yes", "y", "10:30", "59:59:59", "01234", "0x1F", "0o17", "1_000", "0b11",
     "2024-05-01", "2024-05-01T10:00:00.500Z", "2024-05-01 10:00:00", "=", "tRUE", "1.2.3", "+", "."],
)  # fmt: skip
def test_what_is_only_a_word_in_yaml_1_2_stays_as_it_is_written(word):
    assert parse_yaml(f"word: {word}") == {"word": word}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("true", True), ("False", False), ("~", None), ("", None), ("null", None), ("0", 0), ("-12", -12), ("1.50", 1.5),
     ("1e3", 1000.0), (".5", 0.5), ("-0.0", -0.0), ("'12'", "12"), ("9223372036854775808", 2**63)],
)  # fmt: skip
def test_jsons_values_are_read_as_what_they_are(written, meant):
    found = parse_yaml(f"value: {written}")["value"]

    assert (found, type(found)) == (meant, type(meant))


def test_byte_order_mark_is_no_part_of_the_text():
    assert parse_yaml("\ufeffa: 1") == {"a": 1}


def test_anchors_and_merged_keys_that_a_person_writes_are_read():
    text = "base: &base {a: 1, b: 2}\nother: {<<: *base, b: 3}\nlist: [*base, *base]"

    assert parse_yaml(text) == {
        "base": {"a": 1, "b": 2},
        "other": {"a": 1, "b": 3},
        "list": [{"a": 1, "b": 2}, {"a": 1, "b": 2}],
    }


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 9)
)
MERGES = "a0: &a0 {k: 1, l: 2}\n" + "".join(
    f"a{level}: &a{level}\n  <<: [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (LAUGHS, "its aliases stand for more than 100,000 values; write out what is needed in line 1, column 1"),
        (MERGES, "its aliases stand for more than 100,000 values; write out what is needed in line 1, column 1"),
        ("a: 1\nb: &b\n  c: [*b]", "a value contains an alias of itself in line 2, column 4"),
        ("&a [*a]", "a value contains an alias of itself in line 1, column 1"),
        ("a: " + "9" * 6000, "a number of 6000 digits; write it as text in line 1, column 4"),
        ("a: 1\nb: 2\na: 3", "duplicate key 'a' in line 3, column 1"),
        ("a: [1", "is not YAML: did not find expected ',' or ']' in line 2, column 1"),
    ],
    ids=["laughs", "merges", "itself", "whole", "digits", "twice", "open"],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_its_place(text, problem):
    with pytest.raises(BadYaml) as error:
        parse_yaml(text)

    assert str(error.value) == problem


@pytest.mark.parametrize(
    "value", ["!!bool maybe", "!!int abc", "!!int ''", "!!float abc", "!!float ''", "!!float 1:x"]
)
def test_value_that_is_not_what_its_tag_says_is_refused(value):
    with pytest.raises(BadYaml) as error:
        parse_yaml(f"a: {value}")

    tag = value.partition(" ")[0]
    assert str(error.value) == f"the tag {tag} stands before what is no {tag[2:]} in line 1, column 4"


@pytest.mark.parametrize(
    "value",
    ["!!timestamp 2024-05-01", "!!timestamp x", "!!binary aGk=", "!!binary é", "!!set {a, b}", "!!omap [a: 1]",
     "!!pairs [a: 1]", "!!python/name:os.system x", "!own x"],
)  # fmt: skip
def test_tag_of_what_json_does_not_have_is_refused(value):
    with pytest.raises(BadYaml) as error:
        parse_yaml(f"a: {value}")

    tag = value.partition(" ")[0]
    assert str(error.value) == f"the tag {tag} names no value of JSON; leave it out in line 1, column 4"


@pytest.mark.parametrize("text", ["[" * 100_000, "a: " + "{a: " * 5000, "- " * 20_000])
def test_text_nested_without_end_is_refused(text):
    with pytest.raises(BadYaml, match="nested deeper than 500 levels"):
        parse_yaml(text)


def test_last_of_equal_keys_wins_where_they_may_be_repeated():
    assert parse_yaml("a: 1\na: 2", may_repeat_keys=True) == {"a": 2}


@pytest.mark.parametrize("text", ["\N{DOG FACE}", "\\\N{DOG FACE}", "\\ud83d\\ude00 \N{DOG FACE}"])
def test_json_is_read_though_it_escapes_what_yaml_cannot(text):
    assert parse_yaml(json.dumps([text])) == [text]


def test_half_a_character_is_refused_with_its_place():
    with pytest.raises(BadYaml, match="in line 1, column 5"):
        parse_yaml('["\\ud83d"]')
