"""Requests drawn from any contract: valid ones, and ones that are invalid beyond doubt."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from conformance.contract.contract_case import ContractCase, make_case, read_bytes_in_body, replace_parts
from conformance.contract.generator import CannotGenerate, Generators, encode_name, is_form
from conformance.contract.reading import Contract, Operation
from conformance.contract.violation import is_clearly_broken, list_broken_parameters, list_required_fields
from conformance.generation.case import Case, CaseMode, CaseSet
from conformance.generation.child_process import TookTooLong, call_each
from conformance.generation.hypothesis import (
    CannotDraw,
    draw_values,
    has_body,
    let_parts_travel,
    reproducible,
    shrink_drawn,
)
from openapi.media_type import is_json

if TYPE_CHECKING:
    from schemathesis import Case as GeneratedCase

    Generated = GeneratedCase[Any]

# Of each half, the valid and the invalid ones: 24 for an operation, fewer if there are so many operations that a run
# would send more than a few hundred requests.
COUNT = 24
_FEWEST = 4
_IN_ALL = 240
_SURPLUS = 3  # at most so many times as many are drawn, as many are alike or cannot be sent
_LONGEST_SHOWN = 40
_LONGEST_REASON = 200
# Of computing, for all operations together, and for each however many there are: until it has no cases, and until
# either half is large enough.
_DRAWN_IN_ALL_S = 240.0
_DRAWN_WITHIN_AT_LEAST_S = 2.0
_ENOUGH_AT_LEAST_S = 0.1
_MANY_HAVE_S = 1.0  # or less, where there are so many operations that each has to be quick
DRAWN_WITHIN_S = 10.0  # for one operation: only patterns that take for ever to match take more
# Of each case of a half its facts, and its parts; or what keeps them from being drawn.
_Half = list[tuple[dict[str, Any], dict[str, Any]]] | str | TookTooLong


def draw_cases(
    contract: Contract,
    operations: tuple[Operation, ...],
    seed: int = 0,
    *,
    limit_s: float = DRAWN_WITHIN_S,
    check: Callable[[], object] = lambda: None,
) -> CaseSet:
    """Draw the cases of *operations*: each has valid and invalid ones, at most as many as it has different ones.

    limit_s: of computing, for each operation; what takes longer has no cases. check: called again and again meanwhile,
    to raise what is to end the drawing.
    """
    count = _count_per_half(operations)
    drawings = [_Drawing.of(operation, seed, count) for operation in operations]
    missing = [one for one in drawings if one.cases is None]
    share_s = _DRAWN_IN_ALL_S / max(1, len(operations))
    limit_s = min(limit_s, max(_DRAWN_WITHIN_AT_LEAST_S, 4 * share_s))
    enough_s = min(limit_s / 2, max(_ENOUGH_AT_LEAST_S, share_s / 2))
    let_parts_travel()
    with reproducible():
        if missing:
            _load_generator(missing[0].operation)
        halves = [half for one in missing for half in _list_halves(one.operation, seed, count, enough_s)]
        found = call_each(halves, limit_s, check)
        for drawing in missing:
            drawing.keep(next(found), next(found))
    undrawn = {one.operation.id: _explain_missing(one, limit_s) for one in drawings if one.cases is None}
    cases = [case for one in drawings for case in one.cases or ()]
    numbered = tuple(replace(case, number=number) for number, case in enumerate(cases, 1))
    return CaseSet(numbered, _hash_cases(contract, numbered), undrawn)


@dataclass
class _Drawing:
    """The cases of one operation, once they were drawn. obstacle: what keeps them from that, if anything does."""

    operation: Operation
    cases: Sequence[ContractCase] | None = None
    obstacle: str | None = None

    def keep(self, valid: _Half, broken: _Half) -> None:
        """Keep what was drawn; without valid cases there are no others."""
        if isinstance(valid, str):
            self.obstacle = valid
        elif not isinstance(valid, TookTooLong):
            more = [] if isinstance(broken, str | TookTooLong) else broken
            self.cases = [
                ContractCase(**facts, parts=parts, asked=self.operation) for facts, parts in (*valid, *more)
            ]

    @staticmethod
    @lru_cache  # several runs in one process draw the same
    def of(operation: Operation, _seed: int, _count: int) -> _Drawing:
        return _Drawing(operation)


def _load_generator(operation: Operation) -> None:
    """Make here what all drawing has in common: each copy of this process would take seconds to make it again."""
    nothing = Generators({"openapi": "3.0.3", "paths": {"/": {"get": {}}}})
    draw_values(nothing.find("/", "GET").as_strategy(), 0, 1)
    with suppress(CannotGenerate):
        _ = operation.generator


def _explain_missing(drawing: _Drawing, limit_s: float) -> str:
    operation = drawing.operation
    too_long = (
        f" within {limit_s:g} s of computing; look for a pattern in its schemas that takes long to check"
    )
    why = f": {drawing.obstacle}" if drawing.obstacle else too_long
    return f"no request to {operation.method} {operation.path} ({operation.id}) could be drawn{why}"


def shrink_case(
    operations: Sequence[Operation], case: Case, seed: int, is_wrong: Callable[[Case], bool]
) -> None:
    """Make *case*, of the cases of *seed*, smaller as long as *is_wrong* says so of each try."""
    for operation in operations:
        if operation.id == case.operation and isinstance(case, ContractCase):
            with reproducible():
                strategy = _make_strategy(operation, case.mode)
                count = _count_per_half(operations) * _SURPLUS
                shrink_drawn(strategy, seed, count, case, partial(_case_like, operation, case), is_wrong)


def _case_like(operation: Operation, case: ContractCase, generated: Generated) -> Case | None:
    """Make a case of the same mode of what was drawn; a broken one is sent to where *case* was."""
    generated = read_bytes_in_body(generated)
    if case.mode == "positive":
        made = generated if _can_be_sent(generated) else None
    else:
        made = _replace_body(case.generated, generated) if is_clearly_broken(operation, generated) else None
    return None if made is None else make_case(operation, case.mode, made)


def _count_per_half(operations: Sequence[Operation]) -> int:
    return max(_FEWEST, min(COUNT, _IN_ALL // max(1, len(operations))))


def _list_halves(
    operation: Operation, seed: int, count: int, enough_s: float = DRAWN_WITHIN_S
) -> list[Callable[[], _Half]]:
    """List what draws the valid cases of one operation, and then the others, as data that another process can read.

    The second is called after the first, in the same process, or else draws nothing. enough_s: of computing, after
    which each of them ends with what it has.
    """
    valid: list[ContractCase] = []
    taken_s = 0.0

    def draw_valid() -> _Half:
        nonlocal taken_s
        began_s = time.process_time()
        found = _try_to_draw(lambda: _draw_positives(operation, seed, count, enough_s))
        taken_s = time.process_time() - began_s
        valid.extend([] if isinstance(found, str) else found)
        return found if isinstance(found, str) else list(map(_describe_case, found))

    def draw_broken() -> _Half:
        if not valid:
            return []
        # To break what is slow to make is ten times as slow, and one try cannot be ended in the middle.
        is_slow = enough_s < _MANY_HAVE_S and taken_s > enough_s / 4
        found = _try_to_draw(
            lambda: _draw_negatives(operation, seed, count, valid, 0 if is_slow else enough_s)
        )
        return found if isinstance(found, str) else list(map(_describe_case, found))

    return [draw_valid, draw_broken]


def _try_to_draw(draw: Callable[[], Sequence[ContractCase]]) -> Sequence[ContractCase] | str:
    from schemathesis.core.errors import RejectedSchemaDefinition
    from schemathesis.errors import UnsupportedRegexPattern

    try:
        return draw()
    except UnsupportedRegexPattern as error:
        return f"no text can be made for one of its patterns ({' '.join(str(error).split()[-1:])})"
    except RejectedSchemaDefinition as error:
        return f"one of its schemas is none: {str(error).splitlines()[0]}; mend it in the contract"
    except Exception as error:
        # Whatever the generator stumbles over in a contract of somebody's own, the others are to be judged.
        first = next(iter(str(error).strip().splitlines()), "")
        return f"the generator gives up on it ({type(error).__name__}: {first[:_LONGEST_REASON]})"


def _describe_case(case: ContractCase) -> tuple[dict[str, Any], dict[str, Any]]:
    facts = {name: value for name, value in vars(case).items() if name not in ("parts", "asked")}
    return facts, dict(case.parts)


def _draw_positives(operation: Operation, seed: int, count: int, enough_s: float) -> Sequence[ContractCase]:
    if operation.takes_no_known_body:
        return ()

    def select(_: int, drawn: Generated) -> Generated | None:
        return read_bytes_in_body(drawn) if _can_be_sent(drawn) else None

    return _draw_distinct(operation, "positive", seed, count, select, enough_s)


def _draw_negatives(
    operation: Operation, seed: int, count: int, valid: Sequence[ContractCase], enough_s: float
) -> Sequence[ContractCase]:
    sendable = [case.generated for case in valid]

    def spoil(at: int, drawn: Generated) -> Generated | None:
        drawn = read_bytes_in_body(drawn)
        return (
            _replace_body(sendable[at % len(sendable)], drawn)
            if is_clearly_broken(operation, drawn)
            else None
        )

    is_drawn = any(map(is_json, operation.sent_content)) and enough_s > 0
    drawn = _draw_distinct(operation, "negative", seed, count, spoil, enough_s) if is_drawn else []
    negatives = [
        *(drawn or _break_body(operation, sendable[0])),
        *_drop_parameters(operation, sendable[0]),
    ]
    return [*negatives[:count], *list(_break_parameters(operation, sendable[0]))[:count]]


def _draw_distinct(
    operation: Operation,
    mode: CaseMode,
    seed: int,
    count: int,
    make: Callable[[int, Generated], Generated | None],
    enough_s: float,
) -> list[ContractCase]:
    """Draw until *count* cases differ, or it seems that there are no more, or so much was computed.

    make: makes a request of the number of those that are there and of what was drawn; None if none can be made.
    """
    found: dict[str, ContractCase] = {}
    until_s: float | None = None

    def is_last(drawn: Generated) -> bool:
        nonlocal until_s
        # From the first one on: before it, what all have in common may have had to be made.
        until_s = until_s or time.process_time() + enough_s
        generated = make(len(found), drawn)
        if generated is not None:
            case = make_case(operation, mode, generated)
            facts = (case.path, case.query, generated.headers, generated.cookies, case.content)
            found.setdefault(repr(facts), case)
        return len(found) == count or time.process_time() > until_s

    try:
        draw_values(_make_strategy(operation, mode), seed, count * _SURPLUS, is_last)
    except CannotDraw:  # nothing satisfies the contract, or nothing breaks it
        return []
    return list(found.values())


def _make_strategy(operation: Operation, mode: CaseMode) -> Any:
    import schemathesis

    return operation.generator.as_strategy(generation_mode=schemathesis.GenerationMode(mode))


def _can_be_sent(generated: Generated) -> bool:
    """Tell whether the body is JSON or a form, if there is one, and every header can be sent as it is."""
    media_type = generated.media_type or ""
    if has_body(generated) and not (
        is_json(media_type) or (is_form(media_type) and isinstance(generated.body, dict))
    ):
        return False
    texts = [
        str(text)
        for part in (generated.headers, generated.cookies)
        for pair in (part or {}).items()
        for text in pair
    ]
    return all(text.isascii() and text.isprintable() and text == text.strip() for text in texts)


def _break_body(operation: Operation, positive: Generated) -> Iterator[ContractCase]:
    """Yield *positive* with bodies of another make: of forms, and of JSON whose broken ones take too long to draw."""
    body: Any = positive.body
    bodies: list[tuple[str, Any]] = []
    if is_form(positive.media_type or ""):
        bodies = [(name, _leave_out(body, name)) for name in list_required_fields(operation) if name in body]
    elif has_body(positive):
        bodies = [("its end", b"{"), ("any object", []), ("any structure", "")]
        bodies += [(name, _leave_out(body, name)) for name in body] if isinstance(body, dict) else []
    for missing, broken in bodies:
        generated = replace_parts(positive, body=broken)
        if is_form(positive.media_type or "") or is_clearly_broken(operation, generated):
            case = make_case(operation, "negative", generated)
            yield replace(case, flaws=(f"the body is without {missing}",))


def _leave_out(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def _drop_parameters(operation: Operation, positive: Generated) -> Iterator[ContractCase]:
    """Yield *positive* without each of the query parameters that are required."""
    for parameter in operation.parameters:
        if parameter.place == "query" and parameter.is_required and parameter.name in (positive.query or {}):
            yield make_case(operation, "negative", _drop_parameter(positive, parameter.name))


def _break_parameters(operation: Operation, positive: Generated) -> Iterator[ContractCase]:
    for part, name, value in list_broken_parameters(operation):
        written = encode_name(name) if part == "path_parameters" else name
        generated = replace_parts(positive, **{part: {**(getattr(positive, part) or {}), written: value}})
        flaw = f"{name} in the {part.partition('_')[0]} is {value[:_LONGEST_SHOWN]}"
        case = make_case(operation, "negative", generated)
        yield replace(case, flaws=(flaw,), broken=(part, name))


def _replace_body(positive: Generated, broken: Generated) -> Generated:
    return replace_parts(positive, body=broken.body, media_type=broken.media_type, _meta=broken.meta)


def _drop_parameter(positive: Generated, name: str) -> Generated:
    return replace_parts(positive, query={key: value for key, value in positive.query.items() if key != name})


def _hash_cases(contract: Contract, cases: Sequence[Case]) -> str:
    facts = [
        {
            name: value.hex() if isinstance(value, bytes) else value
            for name, value in vars(case).items()
            if name not in ("parts", "asked")
        }
        for case in cases
    ]
    return hashlib.sha256(json.dumps([contract.name, facts], sort_keys=True).encode()).hexdigest()
