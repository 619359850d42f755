"""What the parts of a profile have in common: they are frozen, and an unknown key is refused with a hint."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from conformance.http.credentials.secret import Secret
from conformance.http.redaction import mask_unknown_credentials
from openapi.wording import reword_message


class BadProfile(ValueError):
    """The profile cannot be used; one line per thing that is wrong: what, where, what to do."""


class Model(BaseModel):
    """A part of a profile: frozen, and an unknown key is refused naming the nearest known one."""

    # Strict, so that fan_id: 12345 is no text; without inputs in messages, which may be credentials.
    model_config = ConfigDict(
        frozen=True, strict=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, given: Any) -> Any:
        if isinstance(given, dict):
            for key in given.keys() - cls.model_fields.keys():
                raise profile_error(_describe_unknown_key(key, cls.model_fields))
        return given


def profile_error(sentence: str) -> PydanticCustomError:
    """Make the error that a validator raises, with a sentence of its own."""
    # Through a placeholder, since the sentence may hold braces, which pydantic would fill in.
    return PydanticCustomError("profile", "{sentence}", {"sentence": sentence})


def must_differ(one: str, other: str) -> Any:
    """Return a validator that wants two keys of a model to differ, if both are given."""

    def compare(model: Any) -> Any:
        values = [getattr(model, name) for name in (one, other)]
        revealed = [value.reveal() if isinstance(value, Secret) else value for value in values]
        if revealed[0] is not None and revealed[0] == revealed[1]:
            raise profile_error(f"{other} is the same as {one}; name another one, or remove it")
        return model

    return model_validator(mode="after")(compare)


def describe_error(error: ErrorDetails) -> str:
    """Say what is wrong with one key of a model: where, what, what to do."""
    at = ".".join(str(part) for part in error["loc"])
    kind, given = error["type"], error.get("input")
    if kind == "missing":
        return f"{at}: is missing; add it"
    if kind == "string_type" and isinstance(given, bool | int | float):
        return f"{at}: is not text; put it in quotes"
    if kind in ("float_type", "float_parsing"):
        return f"{at}: is not a number; write it without a unit, like 10"
    if kind == "is_instance_of":
        return f"{at}: is not a credential; write the text, ${{ENV_NAME}} or {{command: [...]}}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{at}: is not a mapping; `conformance init` shows what stands there"
    message = reword_message(error["msg"])
    words = re.findall(r"'([^']*)'", message) if kind == "literal_error" else []
    if len(words) > 1 and (near := difflib.get_close_matches(str(given), words, n=1)):
        message += f"; did you mean {near[0]!r}?"
    return f"{at}: {message}" if at else message


def _describe_unknown_key(key: Any, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    # Somebody may have put a credential where its key belongs.
    return f"unknown key {mask_unknown_credentials(str(key))!r}; {hint}"
