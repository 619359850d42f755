"""The examples that a contract shows of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.contract.samples.merged_schema import SchemaMerger
from mockserver.contract.samples.sample import list_samples
from mockserver.contract.schema import Schema
from mockserver.http import exact_json
from mockserver.http.headers import HEADER_NAME, WRITTEN_BY_SERVER

_ABSENT = object()
# What is worth nothing to a client unless it has a value.
_MADE_UP = {"location": "https://example.com/", "link": '<https://example.com/?page=2>; rel="next"'}


def read_examples(merger: SchemaMerger, content: Mapping[str, Any]) -> dict[str, Any]:
    """Map the names of the examples of a media type to their values; one without a name is called ``example``."""
    shown = content.get("examples")
    named = shown.items() if isinstance(shown, dict) else ()
    values = {name: _read_value(merger.follow_reference(one)) for name, one in named}
    if not values and "example" in content:
        values = {"example": content["example"]}
    return {name: value for name, value in values.items() if value is not _ABSENT}


def _read_value(example: Any) -> Any:
    if not isinstance(example, dict):
        return _ABSENT
    return next(
        (example[key] for key in ("value", "dataValue", "serializedValue") if key in example), _ABSENT
    )


def read_as_json(value: Any, schema: Schema | None) -> Any:
    """Read a text as JSON that a contract shows in the place of it: if *schema* asks for something else than text."""
    if not isinstance(value, str) or schema is None or not schema.find_violations(value):
        return value
    try:
        parsed = exact_json.loads(value.encode())
    except (exact_json.NotExact, UnicodeEncodeError):
        return value
    return value if isinstance(parsed, str) else parsed


def example_headers(response: Mapping[str, Any]) -> dict[str, str]:
    """Give the headers of a response that have an example, but for those that the server writes itself."""
    return {
        name: _format_header(header["example"])
        for name, header in _list_headers(response)
        if "example" in header
    }


def sample_headers(merger: SchemaMerger, response: Mapping[str, Any]) -> dict[str, str]:
    """Give the headers of a response: those with an example, and of the others what is required or shown by a schema.

    Location and Link come with a made-up value where they are documented at all.
    """
    found = {}
    for name, one in _list_headers(response):
        header = merger.follow_reference(one)
        value = _find_header_value(merger, name, header) if isinstance(header, dict) else _ABSENT
        if value is not _ABSENT:
            found[name] = _format_header(value)
    return found


def _find_header_value(merger: SchemaMerger, name: str, header: Mapping[str, Any]) -> Any:
    shown = read_examples(merger, header)
    if shown:
        return next(iter(shown.values()))
    contents = header.get("content")
    if isinstance(contents, dict) and contents:
        inner = next(iter(contents.values()))
        shown = read_examples(merger, inner) if isinstance(inner, dict) else {}
        value = next(iter(shown.values()), _ABSENT)
        if value is _ABSENT and isinstance(inner, dict) and header.get("required") is True:
            value = next(list_samples(merger, inner.get("schema", {})))
        return value if value is _ABSENT or isinstance(value, str) else exact_json.dumps(value).decode()
    schema = header.get("schema", {})
    node = merger.merge(schema)
    is_shown = any(keyword in node for keyword in ("example", "examples", "default"))
    made_up = _MADE_UP.get(name.lower())
    if (
        not is_shown
        and made_up is not None
        and not any(keyword in node for keyword in ("format", "enum", "patterns"))
    ):
        return made_up
    if is_shown or made_up is not None or header.get("required") is True:
        return next(list_samples(merger, schema))
    return _ABSENT


def _list_headers(response: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    headers = response.get("headers")
    for name, header in headers.items() if isinstance(headers, dict) else ():
        if _may_be_given(name):
            yield name, header


def _may_be_given(name: str) -> bool:
    """Tell whether *name* names a header that the server does not write itself."""
    lowered = name.lower()
    is_written = lowered in WRITTEN_BY_SERVER or lowered == "content-type"
    return not is_written and not lowered.startswith("access-control-") and bool(HEADER_NAME.fullmatch(name))


def _format_header(value: Any) -> str:
    """Write *value* in the style "simple", the only one that headers have."""
    if isinstance(value, list):
        return ",".join(map(_format_header, value))
    if isinstance(value, dict):
        return ",".join(f"{name},{_format_header(item)}" for name, item in value.items())
    return value if isinstance(value, str) else exact_json.dumps(value).decode()
