"""Requests drawn from any contract: some that follow it, and some that break it beyond doubt."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.contract.reading import Contract, Operation
from conformance.generation.case import Case, CaseMode, CaseSet
from conformance.generation.hypothesis import (
    CannotDraw,
    draw_values,
    freeze_request,
    has_body,
    reproducible,
    shrink_drawn,
)
from openapi.media_type import is_json
from openapi.pointer import unescape_step

if TYPE_CHECKING:
    from schemathesis import Case as GeneratedCase

    Generated = GeneratedCase[Any]

COUNT = 24  # of each half, for an operation of a small contract
_FEWEST = 4
_IN_ALL = 240
_SURPLUS = 3
_NO_VALUE = "no-such-value"
_LONGEST_SENT = 1000  # in an address, which servers limit on their own
_LONGEST_SHOWN = 40
_DROPPED = {"user-agent", "accept-encoding", "accept", "connection", "content-length"}
_OF_THE_GENERATOR = "x-schemathesis"
_BOUNDS = {
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "const", "required"),
}


@dataclass(frozen=True)
class ContractCase(Case):
    """A case that can be sent as it is.

    generated: what it was made from. broken: the part and the name of a parameter whose value breaks the contract.
    """

    generated: Any = field(default=None, compare=False, repr=False)
    broken: tuple[str, str] | None = None


@dataclass(frozen=True)
class CaseRequest:
    """A request, ready but for the credential; *path* is raw and has its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes | None


@lru_cache
def draw_exam(contract: Contract, operations: tuple[Operation, ...], seed: int = 0) -> CaseSet:
    """Draw the exam of *operations*: each has its positives and negatives, as many as it has different ones."""
    count = _count_per_half(operations)
    with reproducible():
        cases = [case for operation in operations for case in _draw_operation(operation, seed, count)]
    numbered = tuple(replace(case, number=number) for number, case in enumerate(cases, 1))
    return CaseSet(numbered, _hash_cases(contract, numbered))


def shrink_case(
    operations: Sequence[Operation], case: Case, seed: int, is_wrong: Callable[[Case], bool]
) -> None:
    """Make *case*, of the exam of *seed*, smaller as long as *is_wrong* says so; that is told every try."""
    for operation in operations:
        if operation.id == case.operation and isinstance(case, ContractCase):
            with reproducible():
                strategy = _make_strategy(operation, case.mode)
                count = _count_per_half(operations) * _SURPLUS
                shrink_drawn(strategy, seed, count, case, partial(_convert_like, operation, case), is_wrong)


def _convert_like(operation: Operation, case: ContractCase, generated: Generated) -> Case | None:
    """Make a case of the same mode of what was drawn; a broken one is sent to where *case* was."""
    if case.mode == "positive":
        made = generated if _can_be_sent(generated) else None
    else:
        made = _replace_body(case.generated, generated) if is_clearly_broken(operation, generated) else None
    return None if made is None else _freeze(operation, case.mode, made)


def _freeze(operation: Operation, mode: CaseMode, generated: Generated) -> ContractCase:
    return ContractCase(**vars(freeze_request(operation.id, mode, generated)), generated=generated)


def _count_per_half(operations: Sequence[Operation]) -> int:
    return max(_FEWEST, min(COUNT, _IN_ALL // max(1, len(operations))))


def _draw_operation(operation: Operation, seed: int, count: int) -> Iterator[ContractCase]:
    if operation.has_no_json_body:
        return
    drawn = _draw_requests(operation, "positive", seed, count)
    positives = [one for one in drawn if _can_be_sent(one)]
    yield from _freeze_distinct(operation, "positive", positives, count)
    if positives:
        negatives = _list_negatives(operation, positives, _draw_requests(operation, "negative", seed, count))
        yield from _freeze_distinct(operation, "negative", negatives, count)
        yield from list(_break_parameters(operation, positives[0]))[:count]


def _draw_requests(operation: Operation, mode: CaseMode, seed: int, count: int) -> list[Generated]:
    if mode == "negative" and not operation.media_types:
        return []
    try:
        return draw_values(_make_strategy(operation, mode), seed, count * _SURPLUS)
    except CannotDraw:  # nothing satisfies the contract, or nothing breaks it
        return []


def _make_strategy(operation: Operation, mode: CaseMode) -> Any:
    import schemathesis

    return operation.generator.as_strategy(generation_mode=schemathesis.GenerationMode(mode))


def _can_be_sent(generated: Generated) -> bool:
    """Tell whether the body is JSON, if there is one, and every header can be sent as it is."""
    if has_body(generated) and not is_json(generated.media_type or ""):
        return False
    texts = [
        str(text)
        for part in (generated.headers, generated.cookies)
        for pair in (part or {}).items()
        for text in pair
    ]
    return all(text.isascii() and text.isprintable() and text == text.strip() for text in texts)


def _list_negatives(
    operation: Operation, positives: Sequence[Generated], drawn: Sequence[Generated]
) -> Iterator[Generated]:
    """Yield positives with a body that is broken, and without a query parameter that is required."""
    for at, broken in enumerate(drawn):
        if is_clearly_broken(operation, broken):
            yield _replace_body(positives[at % len(positives)], broken)
    for parameter in operation.generator.query:
        name = str(parameter.name)
        if parameter.is_required and name in (positives[0].query or {}):
            yield _drop_parameter(positives[0], name)


def _break_parameters(operation: Operation, positive: Generated) -> Iterator[ContractCase]:
    for part, name, value in list_broken_parameters(operation):
        generated = _replace_parts(positive, **{part: {**(getattr(positive, part) or {}), name: value}})
        flaw = f"{name} in the {part.partition('_')[0]} is {value[:_LONGEST_SHOWN]}"
        case = _freeze(operation, "negative", generated)
        yield replace(case, flaws=(flaw,), broken=(part, name))


def list_broken_parameters(operation: Operation) -> list[tuple[str, str, str]]:
    """List values that clearly break the contract: the part of the request, the parameter, the value."""
    parts = {"path_parameters": operation.generator.path_parameters, "query": operation.generator.query}
    return [
        (part, str(one.name), value)
        for part, parameters in parts.items()
        for one in parameters
        for value in _list_broken_values(one.optimized_schema)
    ]


def _list_broken_values(schema: Any) -> Iterator[str]:
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind == "boolean" or (kind == "string" and "enum" in schema):
        yield _NO_VALUE
    elif kind == "string" and schema.get("maxLength", _LONGEST_SENT) < _LONGEST_SENT:
        yield "x" * (schema["maxLength"] + 1)
    elif kind in ("integer", "number"):
        yield _NO_VALUE
        for bound, beyond in (("maximum", 1), ("minimum", -1)):
            if isinstance(schema.get(bound), int | float):
                yield str(schema[bound] + beyond)


def _replace_body(positive: Generated, broken: Generated) -> Generated:
    return _replace_parts(positive, body=broken.body, media_type=broken.media_type, _meta=broken.meta)


def _drop_parameter(positive: Generated, name: str) -> Generated:
    return _replace_parts(
        positive, query={key: value for key, value in positive.query.items() if key != name}
    )


def _replace_parts(generated: Generated, **parts: Any) -> Generated:
    same = ("path_parameters", "query", "headers", "cookies", "body", "media_type")
    made: Generated = generated.operation.Case(
        **{**{name: getattr(generated, name) for name in same}, **parts}
    )
    return made


def is_clearly_broken(operation: Operation, generated: Generated) -> bool:
    """Tell whether no reader of the contract could take the body: no JSON, or JSON of another make.

    Unknown members, formats, and one scalar in the place of another do not count: servers may be lenient.
    """
    if not has_body(generated) or not is_json(generated.media_type or ""):
        return False
    if isinstance(generated.body, bytes):
        return not _is_json_text(generated.body)
    for body in operation.generator.body:
        if body.media_type == generated.media_type:
            return any(
                _is_clear_violation(error) for error in body.get_validator().iter_errors(generated.body)
            )
    return False


def _is_json_text(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def _is_clear_violation(error: Any) -> bool:
    kind = error.kind
    if kind.name in ("anyOf", "oneOf"):
        branches = getattr(kind, "context", None) or [[]]
        return all(any(map(_is_clear_violation, branch)) for branch in branches)
    if kind.name == "type":
        expected = _list_expected_types(error)
        return isinstance(error.instance, dict | list) or not {"object", "array"}.isdisjoint(expected)
    return kind.name in _BOUNDS


def _list_expected_types(error: Any) -> set[str]:
    types: Any = getattr(error.kind, "types", ())
    return {types} if isinstance(types, str) else set(types)


def _freeze_distinct(
    operation: Operation, mode: CaseMode, drawn: Iterator[Generated] | Sequence[Generated], count: int
) -> list[ContractCase]:
    found: dict[Any, ContractCase] = {}
    for generated in drawn:
        frozen = _freeze(operation, mode, generated)
        facts = (frozen.path, frozen.query, generated.headers, generated.cookies, frozen.content)
        key = repr(facts)
        if key not in found:
            found[key] = frozen
    return list(found.values())[:count]


def _hash_cases(contract: Contract, cases: Sequence[Case]) -> str:
    facts = [
        {
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in vars(case).items()
            if name != "generated"
        }
        for case in cases
    ]
    return hashlib.sha256(json.dumps([contract.name, facts], sort_keys=True).encode()).hexdigest()


def make_request(case: ContractCase, fixtures: Mapping[str, Any]) -> CaseRequest:
    """Make the request of *case*, with *fixtures* where it names what has to be there."""
    import requests

    generated = _insert_fixtures(case, fixtures)
    how = generated.as_transport_kwargs(base_url="http://target")
    parts = ("method", "url", "headers", "params", "cookies", "json", "data")
    prepared = requests.Request(**{name: how[name] for name in parts if name in how}).prepare()
    body: Any = prepared.body
    return CaseRequest(
        method=generated.method.upper(),
        path=str(prepared.path_url),
        headers={
            name: str(value)
            for name, value in prepared.headers.items()
            if name.lower() not in _DROPPED and not name.lower().startswith(_OF_THE_GENERATOR)
        },
        content=body.encode() if isinstance(body, str) else body,
    )


def _insert_fixtures(case: ContractCase, fixtures: Mapping[str, Any]) -> Generated:
    generated: Generated = case.generated
    parts: dict[str, Any] = {}
    for part in ("path_parameters", "query", "headers", "cookies"):
        values = dict(getattr(generated, part) or {})
        for name in values.keys() & fixtures.keys():
            if (part, name) == case.broken:
                continue  # what is wrong stays wrong
            text = str(fixtures[name])
            values[name] = quote(text, safe="") if part == "path_parameters" else text
        parts[part] = values
    body = copy.deepcopy(generated.body) if isinstance(generated.body, dict) else generated.body
    for pointer, value in fixtures.items():
        if pointer.startswith("/"):
            _put_value(body, pointer, value)
    return _replace_parts(generated, **parts, body=body)


def _put_value(body: Any, pointer: str, value: Any) -> None:
    """Put *value* where *pointer* leads, if there is something of its kind: what is wrong stays wrong."""
    *steps, last = map(unescape_step, pointer[1:].split("/"))
    for step in steps:
        body = body.get(step) if isinstance(body, dict) else None
    if isinstance(body, dict) and type(body.get(last)) is type(value) and body[last] != "":
        body[last] = value
