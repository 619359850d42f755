"""The request of a case, with what the profile says exists where the case names something."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.contract.contract_case import ContractCase, replace_parts
from conformance.contract.generator import decode_name
from conformance.contract.parameters import IGNORED_HEADERS
from openapi.pointer import unescape_step

if TYPE_CHECKING:
    from schemathesis import Case as GeneratedCase

    Generated = GeneratedCase[Any]

# Headers that requests adds, and that our own client sets for all it sends.
_DROPPED = {"user-agent", "accept-encoding", "accept", "connection", "content-length"}
_OF_THE_GENERATOR = "x-schemathesis"


@dataclass(frozen=True)
class CaseRequest:
    """A request, ready but for the credential; *path* is raw and has its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes | None


def make_request(case: ContractCase, fixtures: Mapping[str, Any]) -> CaseRequest:
    """Make the request of *case*, with *fixtures* where it names what has to be there."""
    import requests

    # The generator's own transport serializes parameters as the contract says; requests is not asked to send.
    generated = _insert_fixtures(case, fixtures)
    how = generated.as_transport_kwargs(base_url="http://target")
    parts = ("method", "url", "headers", "params", "cookies", "json", "data", "files")
    prepared = requests.Request(**{name: how[name] for name in parts if name in how}).prepare()
    body: Any = prepared.body
    return CaseRequest(
        method=generated.method.upper(),
        path=str(prepared.path_url),
        headers={
            name: str(value)
            for name, value in prepared.headers.items()
            if name.lower() not in _DROPPED and not name.lower().startswith(_OF_THE_GENERATOR)
        },
        content=body.encode() if isinstance(body, str) else body,
    )


def _insert_fixtures(case: ContractCase, fixtures: Mapping[str, Any]) -> Generated:
    generated: Generated = case.generated
    parts: dict[str, Any] = {}
    for part in ("path_parameters", "query", "headers", "cookies"):
        values = dict(getattr(generated, part) or {})
        for written in list(values):
            name = decode_name(written) if part == "path_parameters" else written
            if name not in fixtures or (part, name) == case.broken:
                continue  # what is wrong stays wrong
            text = str(fixtures[name])
            values[written] = quote(text, safe="") if part == "path_parameters" else text
        parts[part] = values
    # A contract may declare a header that OpenAPI says is ignored, and mean it.
    for parameter in case.asked.parameters if case.asked else ():
        is_ignored = parameter.place == "header" and parameter.name.lower() in IGNORED_HEADERS
        if is_ignored and parameter.name in fixtures:
            parts["headers"][parameter.name] = str(fixtures[parameter.name])
    body = copy.deepcopy(generated.body) if isinstance(generated.body, dict) else generated.body
    for pointer, value in fixtures.items():
        if pointer.startswith("/"):
            _put_value(body, pointer, value)
    return replace_parts(generated, **parts, body=body)


def _put_value(body: Any, pointer: str, value: Any) -> None:
    """Put *value* where *pointer* leads, if there is something of its kind: what is wrong stays wrong."""
    *steps, last = map(unescape_step, pointer[1:].split("/"))
    for step in steps:
        body = body.get(step) if isinstance(body, dict) else None
    if isinstance(body, dict) and type(body.get(last)) is type(value) and body[last] != "":
        body[last] = value
