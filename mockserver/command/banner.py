"""What the stub prints when it is ready: its URL, and a command to try for each operation."""

from __future__ import annotations

import json
import shlex
from urllib.parse import quote, urlencode

from mockserver.auth.issuer import SampleCredential
from mockserver.contract.operation import Operation
from mockserver.http.session_name import PREFIX
from mockserver.session.session import DEFAULT
from mockserver.stub import Stub
from openapi.media_type import JSON
from openapi.terminal_text import clean_line

_MOST_CHOICES = 5


def render_banner(stub: Stub, url: str) -> str:
    """Render the banner; every curl line works when pasted, for a day."""
    lines = [f"mockserver answers at {url}", ""]
    base = url + PREFIX + DEFAULT if stub.sessions.is_strict else url
    for operation in stub.operations:
        lines += [
            clean_line(f"# {operation.api}: {operation.summary or operation.name}"),
            render_curl(operation, base, stub.make_credential(operation)),
            "",
        ]
    others = stub.list_chosen()
    if others:
        more = f" and {len(others) - _MOST_CHOICES} more" if len(others) > _MOST_CHOICES else ""
        lines += [f"# Where the documents are silent: {', '.join(others[:_MOST_CHOICES])}{more}", ""]
    return "\n".join([*lines, f"# The control plane, for people and programs: {url}/__admin/"])


def render_curl(operation: Operation, url: str, credential: SampleCredential | None) -> str:
    """Render a command that calls *operation* with the contract's first example, in one line whatever is in it."""
    path = _encode(operation.template)
    for parameter in operation.parameters:
        if parameter["in"] == "path":
            path = path.replace(
                f"{{{_encode(parameter['name'])}}}", quote(str(parameter.get("example", "1")), safe="")
            )
    query = {
        parameter["name"]: str(parameter.get("example", "1"))
        for parameter in operation.parameters
        if parameter["in"] == "query" and parameter.get("required")
    }
    if credential is not None and credential.place == "query":
        query[credential.name] = credential.value
    words = ["curl", "-X", operation.method, f"{url}{path}{'?' if query else ''}{urlencode(query)}"]
    if credential is not None and credential.place != "query":
        cookie = f"Cookie: {credential.name}={credential.value}"
        words += ["-H", cookie if credential.place == "cookie" else f"{credential.name}: {credential.value}"]
    content = operation.request_body.get("content", {}).get(JSON, {})
    examples = [example.get("value") for example in content.get("examples", {}).values()]
    for example in [*examples, *([content["example"]] if "example" in content else [])][:1]:
        words += ["-H", f"Content-Type: {JSON}", "-d", json.dumps(example)]
    return clean_line(shlex.join(words))


def _encode(text: str) -> str:
    return quote(text, safe="/{}%:@!$&'()*+,;=")
