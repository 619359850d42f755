"""The lines of parts of a JSON text."""

from __future__ import annotations

import pytest

from openapi.yaml_text import find_lines

TEXT = """\ufeff
{
  "a": [1, {"b": "}"},
    [2, "\\"]"]],
  "c\\u00e9": {"200":
    {"d": null}, "e": {}},
  "a": 3
}
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), None), (("x",), None), (("a",), 3), (("a", 1, "b"), 3), (("a", 2), 4), (("a", 2, 1), 4), (("a", 9), 3),
        (("cé", 200), 5), (("cé", "200", "d"), 6), (("cé", "e", "f"), 6), (("a", "1"), 3), (("a", 0, "x", 1), 3),
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_yaml", [False, True], ids=["json", "yaml"])
def test_part_stands_where_yaml_finds_it(place, line, as_yaml):
    text = TEXT.replace("null}", "null,}") if as_yaml else TEXT  # which only YAML allows

    assert find_lines(text, [("nothing",), place]) == [None, line]


def test_text_that_is_json_and_no_yaml_has_lines():
    assert find_lines('{"a":\n\t{\n\t\t"b": 1}}', [("a", "b")]) == [3]


def test_text_that_is_neither_has_none():
    assert find_lines('{"a": [1, }', [("a",)]) == [None]
    assert find_lines('{"a": ' + "[" * 100_000, [("a",), ("a", 0, 0)]) == [None, None]
