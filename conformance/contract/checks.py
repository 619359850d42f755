"""What any contract promises, as requirements: the same few of each of its operations.

What it leaves open is not condemned: a 4xx that is not documented, formats, an error of the plumbing that only
``default`` covers, a request refused although it follows the contract.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import NotTested
from conformance.contract.cases import broken_parameters
from conformance.contract.driver import ContractDriver, Sat
from conformance.contract.reading import Contract, Operation, read
from conformance.http.response import Response
from conformance.suite.requirement import Requirement

Ask = Callable[[ContractDriver, Operation], None]
# Answered by whatever stands before the operation, each in its own words.
_PLUMBING = {405, 406, 408, 411, 413, 414, 415, 417, 421, 426, 429, 431}
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")
_UNAVAILABLE = 503


def all_of(file: Path) -> list[Requirement]:
    """List the requirements that the OpenAPI file *file* makes.

    Raises BadContract if it cannot be judged by.
    """
    contract = read(file)
    return [one for operation in contract.operations for one in of(contract, operation)]


def of(contract: Contract, operation: Operation) -> list[Requirement]:
    """List the requirements of one operation."""
    return list(_written(contract, operation))


def _written(contract: Contract, operation: Operation) -> Iterator[Requirement]:
    has_default = "default" in operation.statuses
    place = f"{operation.method} {operation.path}"

    def requirement(fact: str, level: str, text: str, ask: Ask, part: str = "") -> Requirement:
        def function(api: ContractDriver) -> None:
            ask(api, operation)

        function.__name__ = f"test_{operation.id}_{fact}"
        return Requirement(
            id=f"{contract.name}/{operation.id}-{fact}",
            level=level,
            text=text,
            source=f"{contract.name}: {operation.pointer}{part}",
            function=function,
            is_examined=ask in _EXAMINED,
        )

    yield requirement(
        "no-server-error",
        "SHOULD" if has_default else "MUST",
        f"answer no generated {place} with a 5xx but one that is documented.",
        _no_server_error,
        "/responses",
    )
    yield requirement(
        "documented-success",
        "MUST",
        f"answer no generated {place} with a 2xx but one that is documented.",
        _documented_success,
        "/responses",
    )
    yield requirement(
        "schema",
        "MUST",
        f"fit every documented answer to {place} to its media type, schema and required headers.",
        _schema,
        "/responses",
    )
    if operation.security:
        yield requirement(
            "needs-credential", "MUST", f"refuse {place} without a credential.", _needs_credential
        )
        yield requirement(
            "refuses-made-up-credential",
            "MUST",
            f"refuse {place} with a credential that nobody was given.",
            _refuses_made_up_credential,
        )
    if (
        operation.media_types
        or any(one.is_required for one in operation.generator.query)
        or broken_parameters(operation)
    ):
        yield requirement(
            "refuses-broken-requests",
            "SHOULD",
            f"refuse every generated {place} that clearly breaks the contract.",
            _refuses_broken_requests,
        )
    yield requirement("accepts", "OBSERVED", f"how many generated requests {place} are accepted.", _accepts)


def _no_server_error(api: ContractDriver, operation: Operation) -> None:
    sitting = api.sitting(operation)
    for sat in sitting.sats:
        status = sat.answer.status
        fine = status < 500 or status == _UNAVAILABLE or operation.documents(status)
        expect(fine, "no 5xx that is not documented", f"status {status}", sat.answer)
    sitting.settle()
    sitting.expect_accepted()


def _documented_success(api: ContractDriver, operation: Operation) -> None:
    sitting = api.sitting(operation)
    for sat in sitting.sats:
        status = sat.answer.status
        fine = not sat.answer.ok or operation.documents(status) or "default" in operation.statuses
        expect(fine, f"one of {', '.join(operation.statuses)}", f"status {status}", sat.answer)
    sitting.settle()
    sitting.expect_accepted()


def _schema(api: ContractDriver, operation: Operation) -> None:
    sitting = api.sitting(operation)
    for sat in sitting.sats:
        if _is_to_fit(operation, sat):
            _expect_fit(operation, sat.answer)
    sitting.settle()
    sitting.expect_accepted()


def _is_to_fit(operation: Operation, sat: Sat) -> bool:
    answer = sat.answer
    if answer.ok:
        return True
    is_broken = sat.case.broken is not None and sat.case.broken[0] == "path_parameters"
    if is_broken or not all(_PLAIN.fullmatch(part) for part in sat.case.path.values()):
        return False  # a router or a proxy may refuse such a path in its own words
    if operation.documents(answer.status):
        return True
    return answer.status < 500 and answer.status not in _PLUMBING and not 300 <= answer.status < 400


def _expect_fit(operation: Operation, answer: Response) -> None:
    fault = misfit(operation, answer)
    expect(fault is None, f"an answer as {operation.pointer}/responses has it", fault or "", answer)


def misfit(operation: Operation, answer: Response) -> str | None:
    """Say in what an answer deviates from what is documented for its status; None if in nothing."""
    import requests
    import schemathesis
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi import checks

    sent = requests.Request(operation.method, "http://target").prepare()
    anywhere = {str(one.name): "x" for one in operation.judge.path_parameters}
    headers = {name: [value] for name, value in answer.headers.items()}
    response = schemathesis.Response(answer.status, headers, answer.content, sent, 0.0, verify=False)
    asked: list[Any] = [checks.response_headers_conformance]
    documented = operation.judge.responses.find_by_status_code(answer.status)
    if documented and {"content", "schema"} & documented.definition.keys():
        # Swagger's "produces" speaks of answers that have a body; one without a schema has none.
        asked += [checks.content_type_conformance, checks.response_schema_conformance]
    try:
        operation.judge.Case(path_parameters=anywhere).validate_response(response, checks=asked)
    except FailureGroup as group:
        first = group.exceptions[0]
        lines = [line for line in f"{first.message}".splitlines() if line.strip()]
        return f"status {answer.status}, {first.title}: {' '.join(lines[:2])[:300]}"
    return None


def _needs_credential(api: ContractDriver, operation: Operation) -> None:
    _expect_refusal(api, operation, api.without_credential(operation))


def _refuses_made_up_credential(api: ContractDriver, operation: Operation) -> None:
    _expect_refusal(api, operation, api.with_made_up_credential(operation))


def _expect_refusal(api: ContractDriver, operation: Operation, answer: Response) -> None:
    expect(not answer.ok, "a refusal, status 401 or 403", f"status {answer.status}", answer)
    api.sitting(operation).expect_accepted()
    if answer.status not in (401, 403):
        raise NotTested(f"was answered {answer.status}, which may have another reason than the credential")


def _refuses_broken_requests(api: ContractDriver, operation: Operation) -> None:
    sitting = api.sitting(operation)
    broken = [sat for sat in sitting.sats if not sat.is_positive]
    for sat in broken:
        got = f"status {sat.answer.status} ({'; '.join(sat.case.flaws) or 'a required parameter left out'})"
        expect(not sat.answer.ok, "a refusal, status 4xx", got, sat.answer)
    sitting.settle()
    sitting.expect_accepted()
    if not broken:
        raise NotTested("nothing that clearly breaks the contract could be made")


def _accepts(api: ContractDriver, operation: Operation) -> None:
    counts: Counter[tuple[bool, bool]] = Counter(
        (sat.is_positive, sat.answer.ok) for sat in api.sitting(operation).sats
    )
    follow, broken = (
        f"{counts[kind, True]} of {counts[kind, True] + counts[kind, False]}" for kind in (True, False)
    )
    observe(f"accepted {follow} that follow the contract and {broken} that break it")


_EXAMINED = (_no_server_error, _documented_success, _schema, _refuses_broken_requests)
