"""Bodies of requests, read by small contracts that are written in the tests."""

from __future__ import annotations

from typing import Any

from mockserver.contract.body import RequestBody
from mockserver.contract.choices_in_force import ChoicesInForce
from mockserver.http.problems import Invalid, Problem, Violation

FORM = "application/x-www-form-urlencoded"


def read(
    content: dict[str, Any],
    media_type: str | None,
    raw: bytes | str,
    *,
    required: bool = True,
    version: str = "3.0.3",
    **components: Any,
) -> Any:
    """Read a body that was sent as *media_type*: its value, or all that is wrong with it as one text.

    content: of the request body object, by media type.
    """
    spec = {
        "openapi": version,
        "info": {"title": "Case", "version": "1"},
        "paths": {},
        "components": components,
    }
    violations: list[Violation] = []
    try:
        body = RequestBody({"required": required, "content": content}, ChoicesInForce(spec, {}))
        sent = raw if isinstance(raw, bytes) else raw.encode()
        value = body.find_reader(media_type)(sent, violations)
    except Invalid as problem:
        return f"400 {problem.message}"
    except Problem as problem:
        return f"{int(problem.kind)} {problem.message}"
    return f"400 {'; '.join(map(str, violations))}" if violations else value


def of(schema: Any, **rest: Any) -> dict[str, Any]:
    """Make a media type object."""
    return {"schema": schema, **rest}


def members(*required: str, **properties: Any) -> dict[str, Any]:
    """Make the schema of an object."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def parts(*fields: tuple[str, str], boundary: str = "b") -> bytes:
    """Write a form in parts: what follows form-data in the first line of each, and all that comes below it."""
    written = (
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n{rest}\r\n" for head, rest in fields
    )
    return f"{''.join(written)}--{boundary}--\r\n".encode()
