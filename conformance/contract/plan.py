"""What a run will send, as a list to read before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.contract.driver import allows_operation
from conformance.contract.profile import ContractProfile
from conformance.contract.reading import Operation
from conformance.contract.suite import ContractSuite
from conformance.suite.mode import SAFE_METHODS, Mode
from openapi.wording import count_things


def describe_plan(target: ContractProfile, seed: int, mode: Mode) -> Iterator[str]:
    """Yield a line for each operation that a run sends requests to, and then what it leaves out, and the sums."""
    suite = ContractSuite(target)
    drawn = suite.draw_cases(seed, mode=mode)
    counts = Counter(case.operation for case in drawn.cases)
    planned = {one: _count_requests(target, one, counts[one.id]) for one in target.spec.operations}
    width = max(len(one.path) for one in planned)
    for operation, number in planned.items():
        if number:
            writes = "" if operation.method in SAFE_METHODS else "  writes"
            times = "time " if number == 1 else "times"
            yield f"{operation.method:6}  {operation.path:{width}}  {number:4} {times}{writes}".rstrip()
    sums = Counter[bool]()
    for operation, number in planned.items():
        sums[operation.method not in SAFE_METHODS] += number
    yield (
        f"{count_things(sums.total(), 'request')} to {target.base_url}, {sums[True]} of them writes; some more show "
        "whether the target is still there, and what is answered 429 or 503, or not at all, is sent again"
    )
    for reason in _list_unasked(suite, mode):
        yield f"not asked: {reason}"
    for reason in drawn.undrawn.values():
        yield f"not asked: {reason}"
    yield "nothing was sent"


def _count_requests(target: ContractProfile, operation: Operation, cases: int) -> int:
    """Count the cases of an operation, and what is sent to see whether it asks for credentials."""
    if not cases or not operation.security:
        return cases
    has_credentials = any(way <= target.credentials.keys() for way in operation.security)
    return cases + (2 if has_credentials else 1)


def _list_unasked(suite: ContractSuite, mode: Mode) -> Iterator[str]:
    yield from suite.list_left_out()
    for one in suite.target.selected_operations():
        if not suite.target.may_send(one):
            yield f"{one.method} {one.path} (allow it with deletes: true in the profile)"
        elif not allows_operation(mode, one):
            yield f"{one.method} {one.path} (left out by --mode {mode})"
