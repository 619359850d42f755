"""The words of pydantic are ours."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from pydantic_core import PydanticKnownError, core_schema

from openapi.wording import reword_message

CONTEXT = {
    "ge": 1, "gt": 1, "le": 1, "lt": 1, "multiple_of": 2, "min_length": 2, "max_length": 3, "actual_length": 0,
    "field_type": "List", "pattern": "a", "expected": "'a' or 'b'", "class_name": "C", "error": "e",
}  # fmt: skip
KINDS = [
    kind
    for kind in get_args(core_schema.ErrorType)
    if kind.startswith(("missing", "extra", "model_", "dict_", "list_", "string_", "bool_", "int_", "float_", "finite_",
                        "greater", "less", "too_", "literal_", "enum", "multiple_of", "value_error"))
    if not kind.endswith(("argument", "sentinel_error"))
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_message_ends_a_sentence_that_begins_with_the_place(kind):
    said = reword_message(PydanticKnownError(kind, CONTEXT).message())

    assert re.match("must|is |e$", said), said
    assert not re.search("[Ii]nput|Extra|Field|valid integer|dictionary|instance", said)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Input should be a valid integer, unable to parse string as an integer", "must be a whole number"),
        ("Input should be less than or equal to 65535", "must be at most 65535"),
        ("Input should be a valid list", "must be a list"),
        ("Field required", "is missing"),
        ("String should have at least 1 character", "must not be empty"),
        ("Value error, 'emial' is not a channel", "'emial' is not a channel"),
        ("is not a day; write it as YYYY-MM-DD", "is not a day; write it as YYYY-MM-DD"),
    ],
)
def test_words_of_pydantic_are_ours(message, said):
    assert reword_message(message) == said
