"""Flaws of a contract that cost an operation: it is routed all the same, and answered 501 with the reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from mockserver.contract.operation import Definition, Operation
from mockserver.http.problems import CannotServe, InvalidContract
from mockserver.http.reply import Reply
from mockserver.session.session import Session
from openapi import Spec
from openapi.document import Document, Flaw
from openapi.document.operations import FoundOperation, walk_operations


class RefusingHandler:
    """Refuses every call of an operation.

    reason: what is wrong with the contract, and what to do.
    """

    answers_by_contract = False

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def handle(self, session: Session, arguments: dict[str, Any]) -> Reply:  # noqa: ARG002
        """Raise CannotServe, whatever the arguments."""
        raise CannotServe(self._reason)

    async def look_up(self, session: Session, body: Any) -> None:
        """Do nothing: there is nothing to look up."""

    def argument_mismatch(self, given: Collection[str]) -> None:
        """Accept the arguments of every contract."""


def strip_definition(definition: Definition) -> Definition:
    """Keep of an operation what finds it and names it, and nothing that may have a flaw."""
    summary = definition.document.get("summary", "")
    return definition._replace(
        parameters=[],
        security=[],
        document={"summary": summary, "responses": {"default": {"description": "A refusal"}}},
    )


def list_reasons(document: Document) -> dict[str, str]:
    """Map the name of each operation that a flaw leaves without a meaning to the reason to give."""
    return {
        one.document["operationId"]: f"{one.http_method} {one.path} cannot be served: {reason}"
        for one in walk_operations(document.spec)
        if (reason := document.unusable.get((one.path, one.method))) is not None
    }


def find_late_flaws(spec: Spec, operations: Iterable[Operation]) -> Iterator[Flaw]:
    """Compile each of *operations*, and yield what is wrong with those that cannot be, and with examples."""
    found = {one.document["operationId"]: one for one in walk_operations(spec)}
    for operation in operations:
        try:
            operation.compile()
            yield from _find_misfits(operation, found[operation.name])
        except InvalidContract as error:
            operation.flaw = str(error)
        if operation.flaw is not None:
            yield make_flaw(spec, operation, operation.flaw)


def make_flaw(spec: Spec, operation: Operation, reason: str) -> Flaw:
    """Make the flaw of an operation that cannot be compiled for *reason*."""
    found = next(one for one in walk_operations(spec) if one.document["operationId"] == operation.name)
    return Flaw(found.steps, f"{reason}; the operation is answered 501")


def _find_misfits(operation: Operation, found: FoundOperation) -> Iterator[Flaw]:
    """Yield the flaws of examples that do not fit their schemas."""
    for status, documented in operation.documented.items():
        reference = found.document.get("responses", {}).get(status, {}).get("$ref")
        steps = (*found.steps, "responses", status) if reference is None else tuple(reference.split("/")[1:])
        for message in documented.list_flaws():
            yield Flaw(steps, message)
