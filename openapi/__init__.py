"""The contracts: one OpenAPI file per API, and the only code that knows where they are."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from openapi.choices.choice import list_choices
from openapi.pointer import describe_place, unescape_step, walk_marks
from openapi.text_file import NotUtf8, read_utf_8

__all__ = [
    "METHODS",
    "BadSpec",
    "Spec",
    "UnknownApi",
    "api_names",
    "contract_path",
    "list_choices",
    "list_headings",
    "list_sources",
    "load_contract",
    "read_contract",
    "resolve_reference",
]

_DIRECTORY = Path(__file__).parent

Spec = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class UnknownApi(LookupError):
    """There is no contract of that name; the message suggests the nearest name."""


class BadSpec(ValueError):
    """A contract file is not YAML with an OpenAPI document in it; the message says why."""


def api_names() -> list[str]:
    """List the APIs that have a contract, in directory order."""
    return sorted(file.stem for file in _DIRECTORY.glob("*.yaml"))


def contract_path(api: str) -> Path:
    """Locate the contract of *api*.

    Raises UnknownApi if there is none.
    """
    file = _DIRECTORY / f"{api}.yaml"
    if api not in api_names():
        near = difflib.get_close_matches(api, api_names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(api_names())}"
        if Path(api).suffix in (".yaml", ".yml", ".json"):
            raise UnknownApi(f"{api!r} is no name of an API; give an OpenAPI file with --spec")
        raise UnknownApi(f"no API {api!r}; {hint}")
    return file


@cache
def load_contract(api: str) -> Spec:
    """Read the contract of *api*; the same object every time, so treat it as read-only.

    Raises UnknownApi if there is none, BadSpec if the file cannot be read as YAML.
    """
    return read_contract(contract_path(api))


def read_contract(file: Path) -> Spec:
    """Read one OpenAPI file.

    Raises BadSpec naming the file and what is wrong with it.
    """
    # Here, since the command lines import this package for their help, which needs no YAML.
    from openapi.large_files.yaml_events import NotPlain, parse_plain_yaml
    from openapi.yaml_text import DEEPEST, BadYaml, parse_yaml

    try:
        text = read_utf_8(file)
        try:
            spec = parse_plain_yaml(text, DEEPEST, [], takes_aliases=True)
        except NotPlain:
            spec = parse_yaml(text, may_repeat_keys=True)
    except OSError as error:
        raise BadSpec(f"{file}: cannot be read: {error.strerror or error}") from error
    except (NotUtf8, BadYaml) as error:
        raise BadSpec(f"{file}: {error}") from error
    if not isinstance(spec, dict) or "openapi" not in spec:
        raise BadSpec(f"{file}: not an OpenAPI document; it needs an 'openapi' member at its root")
    return spec


def resolve_reference(spec: Spec, node: Any) -> Any:
    """Follow a local ``$ref``, if *node* is one, to what it refers to in *spec*.

    Raises ValueError for a reference that leads back to itself.
    """
    followed: set[str] = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        if reference in followed:
            raise ValueError(f"{reference} leads back to itself")
        followed.add(reference)
        target: Any = spec
        for step in unquote(reference.removeprefix("#/")).split("/"):
            name = unescape_step(step)
            target = target[int(name) if isinstance(target, list) else name]
        node = target
    return node


def list_sources(spec: Spec) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every x-source: the heading or page of the document that says so."""
    for at, source in walk_marks(spec, "x-source"):
        if isinstance(source, str):
            yield describe_place(spec, at), source


def list_headings(spec: Spec) -> list[str]:
    """List what an x-source may name: the document's headings, then the vendor's other pages."""
    info = spec["info"]
    return [*info["x-document"]["headings"], *(page["name"] for page in info.get("x-pages", []))]
