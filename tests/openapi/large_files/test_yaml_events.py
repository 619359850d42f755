"""The fast reader of YAML, which reads the contracts that ship here as the careful one does, or gives up."""

from __future__ import annotations

import pytest

import openapi
from mockserver.control.contracts import CONTRACT
from openapi.large_files.yaml_events import NotPlain, parse_plain_yaml
from openapi.yaml_text import parse_yaml
from tests.openapi.test_yaml_text import LAUGHS, MERGES


@pytest.mark.parametrize("file", [*map(openapi.contract_path, openapi.api_names()), CONTRACT], ids=str)
def test_shipped_contract_is_read_fast_and_the_same(file):
    """Both programs read one at each start."""
    text = file.read_text(encoding="utf-8")

    read = parse_plain_yaml(text, 100, [], takes_aliases=True)

    assert read == parse_yaml(text)
    assert openapi.read_contract(file) == read


@pytest.mark.parametrize(
    "text",
    [
        "a: &a {b: [1, x]}\nc: *a\nd: [*a, *a]",
        "a: &a {b: &b {c: 1}, d: *b}\ne: *a",
    ],
)
def test_alias_is_what_it_stands_for(text):
    assert parse_plain_yaml(text, 100, [], takes_aliases=True) == parse_yaml(text)
    with pytest.raises(NotPlain):
        parse_plain_yaml(text, 100, [])


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        MERGES,
        "a: &a [*a]",
        "a: &a 1",
        "a: &a [1]\nb: &a [2]",
        "&a b: 1\nc: *a",
        "a: &a [1]\n*a : 2",
        "a: *b",
    ],
)
def test_what_the_fast_reader_does_not_know_is_left_to_the_careful_one(text):
    with pytest.raises(NotPlain):
        parse_plain_yaml(text, 100, [], takes_aliases=True)


def test_contract_with_a_byte_order_mark_or_a_merge_is_read(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text("\ufeffopenapi: 3.0.3\nx-a: &a {b: 1}\nx-c: {<<: *a, d: 2}", encoding="utf-8")

    assert openapi.read_contract(file) == {"openapi": "3.0.3", "x-a": {"b": 1}, "x-c": {"b": 1, "d": 2}}


def test_contract_whose_aliases_stand_for_too_much_is_refused(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(f"openapi: 3.0.3\n{LAUGHS}", encoding="utf-8")

    with pytest.raises(openapi.BadSpec, match="its aliases stand for more than"):
        openapi.read_contract(file)
