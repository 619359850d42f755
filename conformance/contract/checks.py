"""What any contract promises, as requirements: the same few for each operation.

What a contract does not settle fails nothing: a 4xx that is not documented, formats, an error in front of the
operation that only ``default`` covers, the refusal of a request that follows the contract.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import NotTested, RunStopped
from conformance.contract.answers.misfit import find_misfit
from conformance.contract.driver import ContractCaseResult, ContractDriver
from conformance.contract.reading import Contract, Operation, read_contract
from conformance.contract.violation import list_broken_parameters
from conformance.http.response import Response
from conformance.suite.hostile_input import expect_no_death
from conformance.suite.requirement import Requirement

Check = Callable[[ContractDriver, Operation], None]
# Routers, proxies and frameworks answer these before the operation sees the request, with bodies of their own.
_STATUSES_OF_OTHERS = {405, 406, 408, 411, 413, 414, 415, 417, 421, 426, 429, 431}
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.~-]*")
_UNAVAILABLE = 503  # says of the server's state, not of what it was asked


def list_file_requirements(file: Path) -> list[Requirement]:
    """List the requirements that the OpenAPI file *file* makes.

    Raises BadContract if it cannot be judged by.
    """
    contract = read_contract(file)
    return [
        one for operation in contract.operations for one in list_operation_requirements(contract, operation)
    ]


def list_operation_requirements(contract: Contract, operation: Operation) -> list[Requirement]:
    """List the requirements of one operation."""
    return list(_yield_requirements(contract, operation))


def _yield_requirements(contract: Contract, operation: Operation) -> Iterator[Requirement]:
    has_default = "default" in operation.statuses
    place = f"{operation.method} {operation.path}"

    def requirement(fact: str, level: str, text: str, check: Check, part: str = "") -> Requirement:
        def function(driver: ContractDriver) -> None:
            check(driver, operation)

        function.__name__ = f"test_{operation.id}_{fact}"
        return Requirement(
            id=f"{contract.name}/{operation.id}-{fact}",
            level=level,
            text=text,
            source=f"{contract.name}: {operation.pointer}{part}",
            function=function,
            is_examined=check in _CHECKS_OF_CASES,
        )

    yield requirement(
        "no-server-error",
        "SHOULD" if has_default else "MUST",
        f"answer no generated {place} with a 5xx but one that is documented.",
        _check_server_errors,
        "/responses",
    )
    yield requirement(
        "documented-success",
        "MUST",
        f"answer no generated {place} with a 2xx but one that is documented.",
        _check_success_status,
        "/responses",
    )
    yield requirement(
        "schema",
        "MUST",
        f"fit every documented answer to {place} to its media type, schema and required headers.",
        _check_schema,
        "/responses",
    )
    if operation.security:
        yield requirement(
            "needs-credential", "MUST", f"refuse {place} without a credential.", _check_missing_credential
        )
        yield requirement(
            "refuses-made-up-credential",
            "MUST",
            f"refuse {place} with a credential that nobody was given.",
            _check_made_up_credential,
        )
    if (
        operation.media_types
        or any(one.is_required and one.place == "query" for one in operation.parameters)
        or list_broken_parameters(operation)
    ):
        yield requirement(
            "refuses-broken-requests",
            "SHOULD",
            f"refuse every generated {place} that clearly breaks the contract.",
            _check_broken_requests,
        )
    yield requirement(
        "accepts", "OBSERVED", f"how many generated requests {place} are accepted.", _observe_acceptance
    )


def _check_server_errors(driver: ContractDriver, operation: Operation) -> None:
    try:
        found = driver.run_cases(operation)
    except RunStopped:
        expect_no_death(driver)
        raise
    for result in found.results:
        status = result.answer.status
        fine = status < 500 or status == _UNAVAILABLE or operation.documents_status(status)
        expect(fine, "no 5xx that is not documented", f"status {status}", result.answer)
    found.require_answers()
    found.require_no_closing()
    found.require_no_silence("positive")
    found.require_accepted()


def _check_success_status(driver: ContractDriver, operation: Operation) -> None:
    found = driver.run_cases(operation)
    for result in found.results:
        status = result.answer.status
        fine = not result.answer.ok or operation.documents_status(status) or "default" in operation.statuses
        expect(fine, f"one of {', '.join(operation.statuses)}", f"status {status}", result.answer)
    found.require_answers()
    found.require_accepted()


def _check_schema(driver: ContractDriver, operation: Operation) -> None:
    found = driver.run_cases(operation)
    for result in found.results:
        if _has_to_fit(operation, result):
            _check_fit(operation, result.answer)
    found.require_answers()
    found.require_accepted()


def _has_to_fit(operation: Operation, result: ContractCaseResult) -> bool:
    response = result.answer
    if response.ok:
        return True
    is_broken = result.case.broken is not None and result.case.broken[0] == "path_parameters"
    if is_broken or not all(_PLAIN_PATH.fullmatch(part) for part in result.case.path.values()):
        return False  # a router or a proxy may refuse such a path in its own words
    if operation.documents_status(response.status):
        return True
    return (
        response.status < 500
        and response.status not in _STATUSES_OF_OTHERS
        and not 300 <= response.status < 400
    )


def _check_fit(operation: Operation, response: Response) -> None:
    misfit = find_misfit(operation, response)
    if misfit:
        expected = f"an answer as {operation.pointer}/responses has it"
        expect(False, expected, misfit.text, response, misfit.member)


def _check_missing_credential(driver: ContractDriver, operation: Operation) -> None:
    _expect_refusal(driver, operation, driver.send_without_credential(operation))


def _check_made_up_credential(driver: ContractDriver, operation: Operation) -> None:
    response = driver.send_with_made_up_credential(operation)
    # Whoever checks no credential of a scheme checks none anywhere: that is one mistake, and told once.
    if response.ok and (other := driver.find_alike(operation)):
        raise NotTested(
            f"lets in anybody, as {other} does with the same kind of credential; mend that one first"
        )
    _expect_refusal(driver, operation, response)


def _expect_refusal(driver: ContractDriver, operation: Operation, response: Response) -> None:
    expect(not response.ok, "a refusal, status 401 or 403", f"status {response.status}", response)
    driver.run_cases(operation).require_accepted()
    if response.status not in (401, 403):
        raise NotTested(f"was answered {response.status}, which may have another reason than the credential")


def _check_broken_requests(driver: ContractDriver, operation: Operation) -> None:
    found = driver.run_cases(operation)
    broken = [result for result in found.results if not result.is_positive]
    for result in broken:
        got = f"status {result.answer.status} ({'; '.join(result.case.flaws) or 'a required parameter left out'})"
        expect(not result.answer.ok, "a refusal, status 4xx", got, result.answer)
    found.require_answers()
    found.require_no_silence("negative")
    found.require_accepted()
    if not broken and not any(case.mode == "negative" for case, _ in found.closings):
        raise NotTested("nothing that clearly breaks the contract could be made")


def _observe_acceptance(driver: ContractDriver, operation: Operation) -> None:
    counts: Counter[tuple[bool, bool]] = Counter(
        (result.is_positive, result.is_accepted) for result in driver.run_cases(operation).results
    )
    follow, broken = (
        f"{counts[kind, True]} of {counts[kind, True] + counts[kind, False]}" for kind in (True, False)
    )
    observe(f"accepted {follow} that follow the contract and {broken} that break it")


_CHECKS_OF_CASES = (_check_server_errors, _check_success_status, _check_schema, _check_broken_requests)
