"""A JSON value in lines: as Python writes it, with a pointer for each line, however deep it is."""

from __future__ import annotations

import json

import pytest

from conformance.assertions.json_lines import TooDeep, list_lines, mark_lines


@pytest.mark.parametrize(
    "value",
    [None, "a", [], {}, [[]], {"a": {}}, {"a": [1, {"b/c": "é", "d~": []}, [True, None]], "": {"x": 1.5}}],
)
def test_lines_are_those_that_python_writes(value):
    written = "\n".join(text for _, text in list_lines(value))

    assert written == json.dumps(value, indent=2, ensure_ascii=False)


def test_lines_of_a_member_are_marked():
    marked = mark_lines({"a": [1, {"b/c": 2}], "ab": 3}, "/a/1")

    assert [text.strip() for text, is_marked in marked if is_marked] == ["{", '"b/c": 2', "}"]


@pytest.mark.parametrize(("depth", "lines"), [(200, 401), (201, None), (5000, None)])
def test_value_that_would_fill_a_page_with_blanks_is_not_written_in_lines(depth, lines):
    value: object = 1
    for _ in range(depth):
        value = {"a": value}
    if lines is None:
        with pytest.raises(TooDeep):
            mark_lines(value, "/a/b")
    else:
        assert len(mark_lines(value, "/a/b")) == lines
