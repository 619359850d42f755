"""In what two answers to the same request differ: the status, else the members of the body."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.drift.operations import Operations
from conformance.drift.replay import AnsweredPair
from conformance.drift.shape import compare_shapes, describe_shape
from conformance.http.evidence import Exchange

NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Difference:
    """What differs between two answers to an *operation*: their statuses, or a *member* of bodies with one *status*.

    target, stub: the two statuses, or the types of the member.
    """

    operation: str
    target: str
    stub: str
    status: int | None = None
    member: str | None = None


def find_differences(pair: AnsweredPair, of_target: Operations, of_stub: Operations) -> list[Difference]:
    """List in what the answers of *pair* differ, to a request to one of the operations that both have."""
    target, stub = pair.target, pair.stub
    operation = name_operation(pair, of_target, of_stub)
    if target.status != stub.status:
        return [Difference(operation, _show_status(target), _show_status(stub))]
    shapes = [
        describe_shape(target, of_target.find_schema(target)),
        describe_shape(stub, of_stub.find_schema(stub)),
    ]
    return [
        Difference(operation, one.target, one.stub, target.status, one.member)
        for one in compare_shapes(*shapes)
    ]


def name_operation(pair: AnsweredPair, of_target: Operations, of_stub: Operations) -> str:
    """Name the operation that both were asked, if one of them has it."""
    return of_target.find_name(pair.target) or of_stub.find_name(pair.stub) or "another path or method"


def _show_status(exchange: Exchange) -> str:
    return NO_ANSWER if exchange.status is None else str(exchange.status)
