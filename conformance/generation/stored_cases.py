"""The exam of the default seed as data: a verdict needs no generator, and every version of Python sends the same.

``make cases`` draws it and writes ``conformance/apis/<api>/generated_cases.json``. The file is taken only where the
same would be drawn anew: it names, by a digest, what it was drawn from and with.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources.abc import Traversable
from typing import Any

import openapi
from conformance.generation.case import Case

# The two that decide what is drawn; both are pinned in pyproject.toml.
_GENERATORS = ("schemathesis", "hypothesis")

_TEXTS = ("description", "summary")  # for readers; nothing that is drawn depends on them
_VALUES = ("const", "default", "enum", "example", "examples")  # what lies in them is data, whatever its name


def digest_origin(contract: openapi.Spec, seed: int, count: int) -> str:
    """Return the digest of what decides which cases are drawn from *contract*."""
    facts = [_remove_texts(contract), seed, count, {name: version(name) for name in _GENERATORS}]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def _remove_texts(node: Any) -> Any:
    """Copy a contract without its texts; a schema's property of that name is no string, and stays."""
    if isinstance(node, list):
        return [_remove_texts(item) for item in node]
    if isinstance(node, dict):
        return {key: _remove_texts_under(key, value) for key, value in _without_texts(node).items()}
    return node


def _remove_texts_under(key: str, value: Any) -> Any:
    if key == "examples" and isinstance(value, dict):  # each has a summary beside its data
        return {name: _without_texts(example) for name, example in value.items()}
    return value if key in _VALUES else _remove_texts(value)


def _without_texts(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    return {key: value for key, value in node.items() if not (key in _TEXTS and isinstance(value, str))}


def read_cases(api: str, origin: str) -> list[Case] | None:
    """Read the cases that *api* brings; None if it brings none, or none of that *origin*, a digest."""
    file = locate_cases(api)
    stored = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return [_parse_case(facts) for facts in stored["cases"]] if stored.get("origin") == origin else None


def locate_cases(api: str) -> Traversable:
    """Return where *api* keeps its cases; there may be no file."""
    return importlib.resources.files(f"conformance.apis.{api}") / "generated_cases.json"


def render_cases(cases: Sequence[Case], origin: str) -> str:
    """Return the text of the file with *cases*, that were drawn from what *origin* is the digest of."""
    facts = {"origin": origin, "cases": [_describe_case(case) for case in cases]}
    return json.dumps(facts, indent=1) + "\n"


def _describe_case(case: Case) -> dict[str, Any]:
    # Noise is no UTF-8: what cannot be decoded is kept as what Python calls surrogate escapes.
    content = None if case.content is None else case.content.decode(errors="surrogateescape")
    return {**vars(case), "content": content}


def _parse_case(facts: dict[str, Any]) -> Case:
    content = facts["content"]
    encoded = None if content is None else content.encode(errors="surrogateescape")
    return Case(**{**facts, "content": encoded, "flaws": tuple(facts["flaws"])})
