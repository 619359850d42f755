"""In what an answer deviates from the contract: its media type, its body and its headers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import takewhile
from typing import Any, NamedTuple

from conformance.assertions.member import Member, follow_member
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.contract.reading import Operation
from conformance.generation.child_process import TookTooLong, call_each
from conformance.http.response import Response, describe_unread_coding
from conformance.http.transport.endless import is_endless

COMPARED_WITHIN_S = 10.0
_LONGEST_COMPLAINT = 300
_SCHEMA_FOLLOWS = "Schema:"  # a line of a complaint, behind which the whole schema stands
# As a pattern or as a key of patternProperties, in JSON with a line for each member.
_SLOW_PATTERN = re.compile(r'^("pattern": .*\)[{*+]|".*\)[{*+].*": \{$)', re.MULTILINE)


class Misfit(NamedTuple):
    """In what a response deviates, and by which member of its body, if it is one."""

    text: str
    member: Member = ()


def find_misfit(operation: Operation, response: Response) -> Misfit | None:
    """Say in what a response deviates from what is documented for its status; None if in nothing.

    Raises NotTested if a schema of the contract is none, Inconclusive if the comparison takes too long.
    """
    if not _may_take_long(operation):
        return _compare_response(operation, response)
    # A copy of this process can be ended in the middle of a pattern, and this one cannot.
    [found] = call_each([partial(_try_to_compare, operation, response)], COMPARED_WITHIN_S, lambda: None)
    if isinstance(found, TookTooLong):
        raise Inconclusive(
            f"the answer could not be compared with the contract within {COMPARED_WITHIN_S:g} s of computing; look "
            f"for a pattern in the schema of a {response.status} that takes long to check"
        )
    if isinstance(found, Exception):
        raise found
    return found


@lru_cache
def _may_take_long(operation: Operation) -> bool:
    """Tell whether the contract of an operation has a pattern that repeats a group, so that it may take for ever."""
    contract = json.dumps(operation.validator.schema.raw_schema, default=str, indent=0)
    return _SLOW_PATTERN.search(contract) is not None


def _try_to_compare(operation: Operation, response: Response) -> Misfit | NotTested | Inconclusive | None:
    try:
        return _compare_response(operation, response)
    except (NotTested, Inconclusive) as outcome:
        return outcome


def _compare_response(operation: Operation, response: Response) -> Misfit | None:
    import jsonschema_rs
    import requests
    import schemathesis
    from schemathesis.core.errors import InvalidSchema
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
            raise Inconclusive(describe_unread_coding(response))
        if response.coding_fault:
            return Misfit(f"status {response.status}, {response.coding_fault}")
        # Swagger's "produces" speaks of answers that have a body; one without a schema has none.
        asked.append(checks.content_type_conformance)
        if not is_endless(response.media_type) or _describes_items(documented.definition):
            asked.append(checks.response_schema_conformance)
    try:
        with _keep_tuples():
            operation.validator.Case(path_parameters=anywhere).validate_response(converted, checks=asked)
    # What Schemathesis says of a body's schema; of a header's it passes on what its validator says.
    except (InvalidSchema, jsonschema_rs.ValidationError) as error:
        raise NotTested(
            f"the schema of a {response.status} in {operation.pointer}/responses is none: "
            f"{_describe_bad_schema(error)}; mend it in the contract"
        ) from None
    except FailureGroup as group:
        first = group.exceptions[0]
        lines = [line for line in f"{first.message}".splitlines() if line.strip()]
        said = takewhile(lambda line: line.strip() != _SCHEMA_FOLLOWS, lines[:2])
        text = f"status {response.status}, {first.title}: {_name_header(first, documented)}{' '.join(said)}"
        return Misfit(text, _find_member(first, response))
    return None


def _name_header(failure: Any, documented: Any) -> str:
    """Return the name of the header that breaks its schema, for a sentence; empty if it is the body that does."""
    # By identity: Schemathesis says which schema is broken, and not of which header it is.
    broken = getattr(failure, "_root_schema", None)
    headers = documented.headers.items() if documented else ()
    return next((f"{name}: " for name, header in headers if header.schema is broken), "")


def _find_member(failure: Any, response: Response) -> Member:
    """Return the way to what breaks a schema in a body; empty if that is all of it, or a header."""
    member = tuple(getattr(failure, "instance_path", ()))
    # Headers are judged by schemas, too, and what they say is nowhere in the body.
    is_in_body = response.is_json and follow_member(response.json, member) == getattr(
        failure, "instance", None
    )
    return member if is_in_body else ()


def _describes_items(definition: Any) -> bool:
    """Tell whether a schema is for each event, as in OpenAPI 3.2; any other is for the whole text, which has no end."""
    return any("itemSchema" in one for one in definition.get("content", {}).values())


def _describe_bad_schema(error: Exception) -> str:
    cause: Any = error.__cause__ or error  # the one of jsonschema_rs names a place
    if not hasattr(cause, "instance_path"):
        return " ".join(str(error).split())[:_LONGEST_COMPLAINT]
    place = ".".join(map(str, cause.instance_path)) or "as a whole"
    return f"{place}: {cause.message}"[:_LONGEST_COMPLAINT]


@contextmanager
def _keep_tuples() -> Iterator[None]:
    """Let prefixItems stand in schemas of answers.

    Schemathesis 4.32.5 writes them as they were written before JSON Schema 2020-12, and then refuses that, since it is
    of 2020-12 no more; in requests it lets them stand. To be dropped with a version that answers with tuples pass.
    """
    from schemathesis.specs.openapi.adapter import responses

    module: Any = responses  # which exports no such name
    convert = module.to_json_schema
    module.to_json_schema = partial(convert, convert_prefix_items=False)
    try:
        yield
    finally:
        module.to_json_schema = convert
