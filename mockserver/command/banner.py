"""What the stub prints when it is ready: its URL, its control page, and for each API a command to try."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from mockserver.contract.media_type import json_content
from mockserver.contract.operation import Operation
from mockserver.dispatch.front_page.curl import render_folded_curl
from mockserver.http.problems import InvalidContract
from mockserver.http.session_name import PREFIX
from mockserver.services.resources.handlers import ResourceHandler
from mockserver.services.service import Service
from mockserver.session.session import DEFAULT
from mockserver.stub import Stub
from openapi.terminal_text import clean_line
from openapi.wording import count_things

_MOST_CHOICES = 3
_WRITES = ("POST", "PUT", "PATCH")


def render_banner(stub: Stub, url: str) -> str:
    """Render the banner; every curl command works when pasted, for a day."""
    lines = [f"mockserver answers at {url}", f"its control page:     {url}/__admin/", ""]
    base = url + PREFIX + DEFAULT if stub.sessions.is_strict else url
    for service in stub.services:
        operation = _choose_shown([one for one in stub.operations if one.api == service.name], service)
        if operation is not None:
            lines += [
                clean_line(f"# {operation.api}: {operation.summary or operation.name}"),
                render_folded_curl(operation, service.spec, base, stub.make_credentials(operation)),
                "",
            ]
    lines.append(f"# all {count_things(len(stub.operations), 'operation')}: {url}{stub.operations_path}")
    others = stub.list_chosen()
    if others:
        more = f" and {len(others) - _MOST_CHOICES} more" if len(others) > _MOST_CHOICES else ""
        lines.append(f"# choices taken: {', '.join(others[:_MOST_CHOICES])}{more}")
    return "\n".join(lines)


def _choose_shown(operations: Sequence[Operation], service: Service) -> Operation | None:
    """Choose the most typical operation of those that answer a first call; None if there is no operation."""
    ranked = sorted(operations, key=_rank_operation)
    return next((one for one in ranked if _answers_first_call(one, service)), next(iter(ranked), None))


def _rank_operation(operation: Operation) -> tuple[int, int, bool]:
    """Rank what writes JSON before what writes something else, and that before what reads, lists first."""
    body = operation.request_body
    if body.get("content"):
        order = _WRITES.index(operation.method) if operation.method in _WRITES else len(_WRITES)
        return int(json_content(body) is None), order, False
    return 2, int(operation.method != "GET"), "{" in operation.template


def _answers_first_call(operation: Operation, service: Service) -> bool:
    """Tell whether *operation* is served, and needs nothing that another call makes."""
    if service.document is None:
        return True
    handler = service.handlers.get(operation.name)
    if isinstance(handler, ResourceHandler) and handler.needs_item:
        return False
    try:
        operation.compile()
    except InvalidContract:
        return False
    return True


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
        number = count_things(len(flaws), "flaw")
        lines += [f"{file}: {number}; {where}", f"  {flaws[0]}"]
    for line in lines:
        print(f"mockserver: {clean_line(line)}", file=sys.stderr, flush=True)
