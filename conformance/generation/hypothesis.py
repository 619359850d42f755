"""Drawing from Schemathesis and Hypothesis, the same values in every process: the one module that knows their inside.

What is patched or called here is no public interface of theirs, so both are pinned in ``pyproject.toml``.
"""

from __future__ import annotations

import copyreg
import gzip
import json
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import openapi
from conformance.generation.case import Case, CaseMode

if TYPE_CHECKING:
    from schemathesis import Case as GeneratedCase

    Generated = GeneratedCase[Any]


class CannotDraw(RuntimeError):
    """Nothing satisfies the strategy, or the generator gives up on it."""


def make_strategies(contract: openapi.Spec, mode: CaseMode) -> Iterator[tuple[str, Any]]:
    """Yield each operation's name, and the strategy that makes requests to it.

    contract: without marks of ours. Raises what is wrong with an operation.
    """
    import schemathesis
    from schemathesis.core.result import Err

    generation = {"with-security-parameters": False, "database": "none", "allow-x00": False}
    config = schemathesis.Config.from_dict({"generation": generation, "cache": {"enabled": False}})
    followed = contract if mode == "positive" else _remove_queries(contract)
    schema = schemathesis.openapi.from_dict(followed, config=config)
    for found in schema.get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        operation = found.ok()
        how = schemathesis.GenerationMode(mode)
        yield operation.definition.raw["operationId"], operation.as_strategy(generation_mode=how)


def _remove_queries(node: Any) -> Any:
    """Copy a contract without query parameters: the generator would add an unknown one and call that negative."""
    if isinstance(node, list):
        return [_remove_queries(item) for item in node if not _is_query(item)]
    if isinstance(node, dict):
        return {key: _remove_queries(value) for key, value in node.items()}
    return node


def _is_query(node: Any) -> bool:
    return isinstance(node, dict) and node.get("in") == "query"


def draw_values(
    strategy: Any, seed: int, count: int, is_last: Callable[[Any], bool] = lambda _: False
) -> list[Any]:
    """Draw *count* values of a Hypothesis strategy, the same ones for the same *seed*; within reproducible.

    is_last: told each value; once it says so, no more are drawn.
    Raises CannotDraw if there are none.
    """
    from hypothesis.errors import HypothesisException

    found: list[Any] = []

    def add(value: Any) -> None:
        found.append(value)
        if is_last(value):
            raise _EnoughDrawn

    try:
        _run_hypothesis(strategy, seed, count, add)
    except _EnoughDrawn:
        pass
    except HypothesisException as error:
        raise CannotDraw(str(error)) from error
    return found


class _EnoughDrawn(BaseException):
    """Ends the drawing; Hypothesis would take any Exception for a failure, and draw it again to be sure."""


def shrink_drawn(
    strategy: Any,
    seed: int,
    count: int,
    case: Case,
    make_case: Callable[[Generated], Case | None],
    is_wrong: Callable[[Case], bool],
) -> None:
    """Draw again as *draw_values* did; once *case* comes, let Hypothesis make it smaller as long as *is_wrong*.

    make_case: makes a case of what was drawn, None if there is none in it. is_wrong: called for each try, and often
    for the same case, since Hypothesis comes back to it.
    """
    from hypothesis.errors import HypothesisException

    has_come = False

    def judge(generated: Generated) -> None:
        nonlocal has_come
        one = make_case(generated)
        if one is None:
            return
        one = replace(one, number=case.number)
        has_come = has_come or one == case
        if has_come and is_wrong(one):
            raise _StillFails

    with suppress(_StillFails, HypothesisException):
        _run_hypothesis(strategy, seed, count, judge, shrinks=True)


class _StillFails(Exception):
    """Tells Hypothesis that this case still fails, and so is worth shrinking."""


def _run_hypothesis(
    strategy: Any, seed: int, count: int, on_value: Callable[[Generated], None], shrinks: bool = False
) -> None:
    import hypothesis

    # The seed alone decides: no database of earlier failures, no deadline and no health check that a slow machine
    # could miss, and none of the settings that Hypothesis takes over when the variable CI is set.
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
    def hand_over(generated: Generated) -> None:
        on_value(generated)

    hand_over()


def case_from_generated(operation: str, mode: CaseMode, generated: Generated) -> Case:
    """Return the case with what there is to know of a generated request to *operation*."""
    content, has_json = _encode_body(generated.body)
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
        flaws=_describe_flaws(generated) if mode == "negative" else (),
    )


def _encode_body(body: Any) -> tuple[bytes | None, bool]:
    if isinstance(body, bytes):
        return body, False
    if _is_missing(body):
        return None, False
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode(), True


def has_body(generated: Generated) -> bool:
    """Tell whether a generated request has a body."""
    return not _is_missing(generated.body)


def _is_missing(body: Any) -> bool:
    # Schemathesis marks what is not there with a class that it does not export; None would be the body null.
    return type(body).__name__ == "NotSet"


def _describe_flaws(generated: Generated) -> tuple[str, ...]:
    mutations = getattr(generated.meta.phase.data, "mutations", ()) if generated.meta else ()
    return tuple(
        f"{one.operator.value}: {', '.join(one.keywords)} at {one.schema_pointer or '/'}" for one in mutations
    )


def let_parts_travel() -> None:
    """Let the values of a generated request be pickled, which another process has to read."""
    from schemathesis.core.parameters import DelimitedValue
    from schemathesis.transport.serialization import Binary

    # Texts that are made with other arguments than they are pickled with.
    copyreg.pickle(DelimitedValue, lambda value: (DelimitedValue, (str(value), value.encoded)))
    copyreg.pickle(Binary, lambda value: (Binary, (value.data,)))


def read_bytes_as_text(value: Any) -> Any:
    """Return JSON with a text for each mark of bytes that Schemathesis puts into it; *value* itself if it has none."""
    from schemathesis.transport.serialization import Binary

    if isinstance(value, Binary):
        return value.data.decode("latin-1")
    if isinstance(value, list):
        items = [read_bytes_as_text(item) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, dict):
        found = {key: read_bytes_as_text(item) for key, item in value.items()}
        return value if all(found[key] is item for key, item in value.items()) else found
    return value


@contextmanager
def reproducible() -> Iterator[None]:
    """Draw the same in every process, and leave nothing in the caller's folder.

    Hypothesis keeps tables of Unicode in a folder, by default ``.hypothesis`` in the current one, and
    spices its values with constants from whatever modules are loaded.
    """
    from hypothesis import configuration
    from hypothesis.internal import charmap
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    # There is no public way to read the home directory, nor to switch the collecting of constants off; the cache
    # holds what was drawn with other constants. All three can go once a seed alone decides what is drawn.
    home, constants = vars(configuration)["__hypothesis_home_directory"], providers._get_local_constants
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        configuration.set_hypothesis_home_dir(folder)
        providers._get_local_constants = Constants
        providers.CONSTANTS_CACHE.cache.clear()
        try:
            _write_utf_8_table()
            charmap.charmap()  # which takes half a second, once for all copies of this process
            yield
        finally:
            providers.CONSTANTS_CACHE.cache.clear()
            providers._get_local_constants = constants
            configuration.set_hypothesis_home_dir(home)


def _write_utf_8_table() -> None:
    """Spare Hypothesis the second and a half in which it finds out what UTF-8 can encode."""
    from hypothesis.internal import charmap

    # The file is what Hypothesis itself writes after its search; if a version looks for another name, it searches.
    file = charmap.charmap_file("codec-v2-utf-8")
    file.parent.mkdir(parents=True, exist_ok=True)
    everything_but_surrogates = [[0x0, 0xD7FF], [0xE000, 0x10FFFF]]
    file.write_bytes(gzip.compress(json.dumps([everything_but_surrogates, []]).encode()))
