"""In what an answer deviates from the contract: its media type, its body and its headers."""

from __future__ import annotations

from typing import Any

from conformance.assertions.outcome import Inconclusive
from conformance.contract.reading import Operation
from conformance.http.response import Response, describe_unread_coding


def find_misfit(operation: Operation, response: Response) -> str | None:
    """Say in what a response deviates from what is documented for its status; None if in nothing."""
    import requests
    import schemathesis
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi import checks

    # Schemathesis checks only what it believes to have sent itself, so it is given a request to any such path.
    sent = requests.Request(operation.method, "http://target").prepare()
    anywhere = {str(one.name): "x" for one in operation.validator.path_parameters}
    headers = {name: [value] for name, value in response.headers.items()}
    converted = schemathesis.Response(response.status, headers, response.content, sent, 0.0, verify=False)
    asked: list[Any] = [checks.response_headers_conformance]
    documented = operation.validator.responses.find_by_status_code(response.status)
    if documented and {"content", "schema"} & documented.definition.keys():
        if response.unread_coding:
            raise Inconclusive(describe_unread_coding(response.unread_coding))
        if response.coding_fault:
            return f"status {response.status}, {response.coding_fault}"
        # Swagger's "produces" speaks of answers that have a body; one without a schema has none.
        asked += [checks.content_type_conformance, checks.response_schema_conformance]
    try:
        operation.validator.Case(path_parameters=anywhere).validate_response(converted, checks=asked)
    except FailureGroup as group:
        first = group.exceptions[0]
        lines = [line for line in f"{first.message}".splitlines() if line.strip()]
        return f"status {response.status}, {first.title}: {' '.join(lines[:2])[:300]}"
    return None
