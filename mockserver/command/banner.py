"""What the stub prints when it is ready: its URL, and a command to try for each operation."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from mockserver.command.curl import render_curl
from mockserver.contract.operation import Operation
from mockserver.http.session_name import PREFIX
from mockserver.session.session import DEFAULT
from mockserver.stub import Stub
from openapi.terminal_text import clean_line
from openapi.wording import count_things

_MOST_CHOICES = 5
_MOST_OPERATIONS = 5
_MOST_FLAWS = 3


def render_banner(stub: Stub, url: str) -> str:
    """Render the banner; every curl line works when pasted, for a day."""
    lines = [f"mockserver answers at {url}", ""]
    base = url + PREFIX + DEFAULT if stub.sessions.is_strict else url
    for service in stub.services:
        operations = [one for one in stub.operations if one.api == service.name]
        shown = _choose_shown(operations) if service.api is None else operations
        for operation in shown:
            lines += [
                clean_line(f"# {operation.api}: {operation.summary or operation.name}"),
                render_curl(operation, service.spec, base, stub.make_credentials(operation)),
                "",
            ]
        if len(shown) < len(operations):
            rest = count_things(len(operations) - len(shown), "more operation")
            lines += [clean_line(f"# {service.name}: {rest}, listed at {url}/"), ""]
    others = stub.list_chosen()
    if others:
        more = f" and {len(others) - _MOST_CHOICES} more" if len(others) > _MOST_CHOICES else ""
        lines += [f"# Where the documents are silent: {', '.join(others[:_MOST_CHOICES])}{more}", ""]
    return "\n".join([*lines, f"# The control plane, for people and programs: {url}/__admin/"])


def _choose_shown(operations: Sequence[Operation]) -> Sequence[Operation]:
    """Choose a few operations of a contract that may have a thousand, among them one with a body."""
    first_with_body = next((one for one in operations if one.request_body.get("content")), None)
    preferred = sorted(operations, key=lambda one: one is not first_with_body)[:_MOST_OPERATIONS]
    return [one for one in operations if one in preferred]


def print_flaws(stub: Stub, url: str) -> None:
    """Print what is wrong with each contract to standard error: how much, the first of it, and where all of it is."""
    contracts = {service.name: service.file for service in stub.services}
    by_contract: dict[str, list[str]] = {}
    for flaw in stub.list_flaws():
        contract = contracts[flaw["api"]]
        # Of a split contract a flaw may stand in another file.
        file = "" if flaw["file"] == contract else f"{flaw['file']}: "
        line = f"{file}{flaw['place'] or 'the document'}: {flaw['message']}"
        by_contract.setdefault(contract, []).append(line)
    lines = []
    for file, flaws in by_contract.items():
        where = f"{url}/__admin/problems and mockserver check {shlex.quote(file)} list all"
        lines += [
            f"{file}: {count_things(len(flaws), 'flaw')}; {where}",
            *(f"  {flaw}" for flaw in flaws[:_MOST_FLAWS]),
        ]
    for line in lines:
        print(f"mockserver: {clean_line(line)}", file=sys.stderr, flush=True)
