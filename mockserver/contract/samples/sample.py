"""Sample values of a schema, for what a contract shows no example of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain, repeat
from typing import Any, Literal

import openapi
from mockserver.contract.samples.budget import Budget, BudgetSpent
from mockserver.contract.samples.merged_schema import SchemaMerger
from mockserver.contract.samples.plan import Plan
from mockserver.contract.samples.sampler import Sampler, Unbuildable
from openapi import Spec

# What one sample may cost: about a hundredth of a second for each thousand.
_STEPS_OF_FIRST, _STEPS_OF_OTHERS, _STEPS_OF_LAST = 3500, 1000, 400
_PLANS = [
    Plan(),
    Plan(shows_examples=False),
    Plan(has_optional=False),
    Plan(shows_examples=False, has_optional=False),
    Plan(shows_examples=False, has_optional=False, variant=1),
]
_NEAREST = [Plan(is_strict=False), Plan(shows_examples=False, has_optional=False, is_strict=False)]


def build_sample(spec: Spec, schema: Any, left_out: Literal["readOnly", "writeOnly"] = "writeOnly") -> Any:
    """Build a simple value that *schema* probably allows: its example, default or first choice where it has one.

    left_out: the mark of members that are not there.
    """
    return next(list_samples(SchemaMerger(spec), schema, left_out))


def find_example(spec: Spec, shown: Mapping[str, Any]) -> Any:
    """Return the example of a parameter or a body, or a value that its schema allows."""
    if "example" in shown:
        return shown["example"]
    for one in shown.get("examples", {}).values():
        return openapi.resolve_reference(spec, one).get("value")
    inner = next(iter(shown.get("content", {}).values()), shown)
    return build_sample(spec, inner.get("schema", {"type": "string"}), "readOnly")


def list_samples(
    merger: SchemaMerger, schema: Any, left_out: Literal["readOnly", "writeOnly"] = "writeOnly"
) -> Iterator[Any]:
    """Yield values that *schema* probably allows, the most telling first; at last one that only comes near.

    The same for the same schema, and never without an end: what would take too long is left out.
    """
    budgets = chain([Budget(_STEPS_OF_FIRST)], repeat(Budget(_STEPS_OF_OTHERS)))
    for plan, budget in zip(_PLANS, budgets, strict=False):
        with suppress(Unbuildable, BudgetSpent, RecursionError):
            yield Sampler(merger, left_out, budget, plan).build(schema)
    for plan in _NEAREST:
        with suppress(Unbuildable, BudgetSpent, RecursionError):
            yield Sampler(merger, left_out, Budget(_STEPS_OF_LAST), plan).build(schema)
            return
    yield {}
