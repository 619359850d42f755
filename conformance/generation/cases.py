"""The exam: generated requests, drawn before the first is sent, so that every target sits the same ones.

Schemathesis draws them from the contract: half follow it, half break the body's schema or its syntax. The
drawing is seeded, sees no target and leaves nothing on disk. It depends on the versions of Schemathesis,
Hypothesis and Python alone, so a report carries the digest and the version of Python.

What a case cannot know stands as it was generated (path parameters, ids in the body): an API puts the
profile's fixtures there when the case is sent, so that the digest is the same for every target.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

import openapi

if TYPE_CHECKING:
    from schemathesis import Case as GeneratedCase

    Generated = GeneratedCase[Any]

COUNT = 42
_SURPLUS = 4  # how many are drawn for each that is kept, since many repeat
_NOISE_SHARE = 4  # at most one negative in this many is not JSON at all; the others break the schema
Mode = Literal["positive", "negative"]


class TooFewCases(RuntimeError):
    """The generator repeats itself so much that there are not enough cases."""


@dataclass(frozen=True)
class Case:
    """One generated request to *operation*, the contract's operationId.

    path: values of the path's parameters by name, not percent-encoded. query: parameters by name.
    content: the body, a JSON text if has_json, else noise; None for no body at all.
    flaws: for a negative case, what was done to the body, in the words of the generator.
    """

    number: int
    mode: Mode
    operation: str
    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    media_type: str | None
    content: bytes | None
    has_json: bool
    flaws: tuple[str, ...]

    @property
    def json(self) -> Any:
        """The body as a JSON value, a new one each time, so that fixtures can be put into it."""
        return json.loads(self.content or b"null")


@dataclass(frozen=True)
class Exam:
    """The cases in the order in which they are sent, and their digest."""

    cases: tuple[Case, ...]
    sha256: str

    def count(self, mode: Mode) -> int:
        """Count the cases of one half."""
        return sum(case.mode == mode for case in self.cases)


# What this process, or the one that started it, has drawn: by API, seed and count.
DRAWN: dict[tuple[str, int, int], Exam] = {}


def draw(api: str, seed: int = 0, count: int = COUNT) -> Exam:
    """Draw the exam of *api*: *count* cases per operation, half positive and half negative, alternating.

    Raises openapi.UnknownApi if there is no such API.
    """
    key = (api, seed, count)
    if key not in DRAWN:
        DRAWN[key] = _draw(*key)
    return DRAWN[key]


def _draw(api: str, seed: int, count: int) -> Exam:
    contract = _documented(openapi.load_contract(api))
    with traceless():
        halves = [_half(contract, mode, seed, count // 2) for mode in ("positive", "negative")]
    cases = [case for pair in zip(*halves, strict=True) for case in pair]
    numbered = tuple(replace(case, number=number) for number, case in enumerate(cases, 1))
    return Exam(numbered, _digest(numbered))


def shrink(api: str, case: Case, seed: int, is_wrong: Callable[[Case], bool]) -> None:
    """Make *case*, of the exam of *seed*, smaller as long as *is_wrong* says so; that is told every try."""
    contract = _documented(openapi.load_contract(api))
    with traceless():
        for name, strategy in _generators(contract, case.mode):
            if name == case.operation:
                count = COUNT // 2 * _SURPLUS
                shrunk(
                    strategy, seed, count, case, lambda one: frozen(case.operation, case.mode, one), is_wrong
                )


def _half(contract: openapi.Spec, mode: Mode, seed: int, count: int) -> list[Case]:
    cases: list[Case] = []
    for name, strategy in _generators(contract, mode):
        many = drawn(strategy, seed, count * _SURPLUS)
        cases += _chosen([frozen(name, mode, one) for one in many], count)
    return cases


def _generators(contract: openapi.Spec, mode: Mode) -> Iterator[tuple[str, Any]]:
    """Yield each operation's name, and the strategy that makes requests to it.

    Raises what is wrong with an operation.
    """
    import schemathesis
    from schemathesis.core.result import Err

    generation = {"with-security-parameters": False, "database": "none", "allow-x00": False}
    config = schemathesis.Config.from_dict({"generation": generation, "cache": {"enabled": False}})
    schema = schemathesis.openapi.from_dict(_bare(contract, mode), config=config)
    for found in schema.get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        operation = found.ok()
        how = schemathesis.GenerationMode(mode)
        yield operation.definition.raw["operationId"], operation.as_strategy(generation_mode=how)


def _documented(contract: openapi.Spec) -> openapi.Spec:
    """Copy a contract with what its own document describes; what other pages add is no part of the exam."""
    headings = contract["info"]["x-document"]["headings"]
    paths: dict[str, Any] = {}
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            if operation["x-source"] in headings:
                found = [openapi.resolve_reference(contract, one) for one in operation.get("parameters", [])]
                told = [parameter for parameter in found if parameter["x-source"] in headings]
                paths.setdefault(path, {})[method] = {**operation, "parameters": told}
    return {**contract, "paths": paths}


def _bare(node: Any, mode: Mode) -> Any:
    """Copy a contract without our own marks, and for negatives without query parameters.

    The generator would break "x-source" or add unknown query parameters and call the request negative.
    """
    if isinstance(node, list):
        return [_bare(item, mode) for item in node if mode == "positive" or not _is_query(item)]
    if isinstance(node, dict):
        return {key: _bare(value, mode) for key, value in node.items() if not str(key).startswith("x-")}
    return node


def _is_query(node: Any) -> bool:
    return isinstance(node, dict) and node.get("in") == "query"


def drawn(strategy: Any, seed: int, count: int) -> list[Any]:
    """Draw *count* values of a Hypothesis strategy, the same ones for the same *seed*; within traceless."""
    found: list[Any] = []
    _hypothesis(strategy, seed, count, found.append)
    return found


def shrunk(
    strategy: Any,
    seed: int,
    count: int,
    case: Case,
    freeze: Callable[[Generated], Case | None],
    is_wrong: Callable[[Case], bool],
) -> None:
    """Draw again as *drawn* did; once *case* comes, let Hypothesis make it smaller as long as *is_wrong*.

    freeze: makes a case of what was drawn, None if there is none in it.
    """
    from hypothesis.errors import HypothesisException

    told: dict[str, bool] = {}

    def look(generated: Generated) -> None:
        one = freeze(generated)
        if one is None:
            return
        one = replace(one, number=case.number)
        if not told and one != case:
            return
        if (facts := repr(one)) not in told:
            told[facts] = is_wrong(one)
        if told[facts]:
            raise _Wrong

    with suppress(_Wrong, HypothesisException):
        _hypothesis(strategy, seed, count, look, shrinks=True)


class _Wrong(Exception):
    """Tells Hypothesis that this one is worth shrinking."""


def _hypothesis(
    strategy: Any, seed: int, count: int, look: Callable[[Generated], None], shrinks: bool = False
) -> None:
    import hypothesis

    phases = [hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrinks else [])]

    @hypothesis.seed(seed)
    @hypothesis.settings(
        backend="hypothesis",
        database=None,
        deadline=None,
        derandomize=False,
        max_examples=count,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(strategy)
    def collect(generated: Generated) -> None:
        look(generated)

    collect()


def frozen(operation: str, mode: Mode, generated: Generated) -> Case:
    """Keep what there is to know of a generated request to *operation*."""
    content, has_json = _content(generated.body)
    return Case(
        number=0,
        mode=mode,
        operation=operation,
        method=generated.method.upper(),
        path={name: unquote(str(value)) for name, value in sorted((generated.path_parameters or {}).items())},
        query={name: str(value) for name, value in sorted((generated.query or {}).items())},
        media_type=generated.media_type,
        content=content,
        has_json=has_json,
        flaws=_flaws(generated) if mode == "negative" else (),
    )


def _content(body: Any) -> tuple[bytes | None, bool]:
    if isinstance(body, bytes):
        return body, False
    if type(body).__name__ == "NotSet":
        return None, False
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode(), True


def _flaws(generated: Generated) -> tuple[str, ...]:
    mutations = getattr(generated.meta.phase.data, "mutations", ()) if generated.meta else ()
    return tuple(
        f"{one.operator.value}: {', '.join(one.keywords)} at {one.schema_pointer or '/'}" for one in mutations
    )


def _chosen(drawn: Sequence[Case], count: int) -> list[Case]:
    """Pick *count* that differ: first one of every flaw, then whatever else is new; noise only in part."""
    different = list({case.content: case for case in reversed(drawn)}.values())[::-1]
    first_of_flaw = list({case.flaws: case for case in reversed(different)}.values())[::-1]
    noise = [case for case in different if not case.has_json][: count // _NOISE_SHARE]
    telling = [case for case in (*first_of_flaw, *different) if case.has_json]
    chosen = list(dict.fromkeys(map(id, [*noise, *telling])))[:count]
    if len(chosen) < count:
        raise TooFewCases(f"of {len(drawn)} generated cases only {len(chosen)} differ; {count} are needed")
    return [case for case in drawn if id(case) in chosen]


def _digest(cases: Sequence[Case]) -> str:
    facts = [{**vars(case), "content": (case.content or b"").hex()} for case in cases]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@contextmanager
def traceless() -> Iterator[None]:
    """Draw the same in every process, and leave nothing in the caller's folder.

    Hypothesis keeps tables of Unicode in a folder, by default ``.hypothesis`` in the current one, and
    spices its values with constants from whatever modules are loaded.
    """
    from hypothesis import configuration
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    home, constants = vars(configuration)["__hypothesis_home_directory"], providers._get_local_constants
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        configuration.set_hypothesis_home_dir(folder)
        providers._get_local_constants = Constants
        providers.CONSTANTS_CACHE.cache.clear()
        try:
            _write_utf_8_table()
            yield
        finally:
            providers.CONSTANTS_CACHE.cache.clear()
            providers._get_local_constants = constants
            configuration.set_hypothesis_home_dir(home)


def _write_utf_8_table() -> None:
    """Spare Hypothesis the second and a half in which it finds out what UTF-8 can encode."""
    from hypothesis.internal import charmap

    file = charmap.charmap_file("codec-v2-utf-8")
    file.parent.mkdir(parents=True, exist_ok=True)
    everything_but_surrogates = [[0x0, 0xD7FF], [0xE000, 0x10FFFF]]
    file.write_bytes(gzip.compress(json.dumps([everything_but_surrogates, []]).encode()))
