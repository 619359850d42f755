"""A command line of curl that calls an operation with what its contract shows."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from mockserver.auth.issuer import SampleCredential
from mockserver.contract.media_type import json_content
from mockserver.contract.operation import Operation
from mockserver.contract.parameters.path_template import list_conditions
from mockserver.contract.parameters.spelling import spell_value, write_text
from mockserver.contract.samples.sample import find_example
from openapi import Spec
from openapi.document.operations import strip_query
from openapi.media_type import JSON, is_json
from openapi.terminal_text import clean_line

_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
# OpenAPI describes these outside the parameters.
_OWN_HEADERS = ("accept", "content-type", "authorization")
_WIDEST = 120  # columns, of a command that stays in one line where it may have several

# A parameter, and its value as names and texts.
_Spelt = tuple[Mapping[str, Any], list[tuple[str, str]]]


def render_curl(operation: Operation, spec: Spec, url: str, credentials: Sequence[SampleCredential]) -> str:
    """Render a command that calls *operation* with the contract's first example, in one line whatever is in it.

    What has no example has a value that its schema allows.
    """
    return " ".join(_render_parts(operation, spec, url, credentials))


def render_folded_curl(
    operation: Operation, spec: Spec, url: str, credentials: Sequence[SampleCredential]
) -> str:
    """Render the same command for a terminal: one that is too wide for it has an option in each line."""
    parts = list(_render_parts(operation, spec, url, credentials))
    line = " ".join(parts)
    return line if len(line) <= _WIDEST else " \\\n  ".join(parts)


def _render_parts(
    operation: Operation, spec: Spec, url: str, credentials: Sequence[SampleCredential]
) -> Iterator[str]:
    """Render the command and its options, each without a line break."""
    needed = [one for one in operation.parameters if one["in"] == "path" or one.get("required")]
    spelt = [(one, spell_value(one, find_example(spec, one))) for one in needed]
    # A path may name what it wants in the query, as some vendors write it.
    conditions = list_conditions(operation.template, operation.parameters)
    fixed = [(one.name, one.value or "") for one in conditions if not one.is_header]
    query = [pair for pair in _list_pairs(spelt, "query") if pair[0] not in dict(fixed)] + fixed
    headers = [pair for pair in _list_pairs(spelt, "header") if pair[0].lower() not in _OWN_HEADERS]
    headers += [(one.name, one.value or "") for one in conditions if one.is_header]
    cookies = _list_pairs(spelt, "cookie")
    for credential in credentials:
        place = {"query": query, "cookie": cookies}.get(credential.place, headers)
        place.append((credential.name, credential.value))
    headers += [("Cookie", "; ".join(f"{name}={text}" for name, text in cookies))] if cookies else []
    address = f"{url}{_fill_path(operation.template, spelt)}{'?' if query else ''}{urlencode(query)}"
    yield clean_line(shlex.join(["curl", "-X", operation.method, address]))
    options = [("-H", f"{name}: {text}") for name, text in headers] + _list_body_options(operation, spec)
    for option in options:
        yield clean_line(shlex.join(option))


def _list_pairs(spelt: Sequence[_Spelt], place: str) -> list[tuple[str, str]]:
    return [pair for one, pairs in spelt for pair in pairs if one["in"] == place]


def _fill_path(template: str, spelt: Sequence[_Spelt]) -> str:
    path = _encode_url(strip_query(template))
    for one, pairs in spelt:
        if one["in"] == "path":
            path = path.replace(f"{{{_encode_url(one['name'])}}}", quote(pairs[0][1], safe=""))
    return path


def _list_body_options(operation: Operation, spec: Spec) -> list[tuple[str, str]]:
    """List the options that send a body: JSON if the operation takes it, or else what it takes first."""
    content = operation.request_body.get("content", {})
    if not content:
        return []
    shown = json_content(operation.request_body)
    media_type = JSON if JSON in content else next(name for name in content if not shown or is_json(name))
    value = find_example(spec, shown or content[media_type])
    if media_type == _PARTS and isinstance(value, dict):
        return [("--form-string", f"{name}={write_text(one)}") for name, one in value.items()]
    kind = ("-H", f"Content-Type: {media_type.replace('*', 'x')}")
    if is_json(media_type):
        return [kind, ("-d", json.dumps(value))]
    if media_type == _FORM and isinstance(value, dict):
        return [kind, ("-d", urlencode({name: write_text(one) for name, one in value.items()}))]
    # A text that begins with @ is no name of a file.
    return [kind, ("--data-raw", write_text(value))]


def _encode_url(text: str) -> str:
    return quote(text, safe="/{}%:@!$&'()*+,;=")
