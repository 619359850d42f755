"""Sample values of a schema, for what a contract shows no example of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from mockserver.contract.samples.budget import Budget, BudgetSpent
from mockserver.contract.samples.merged_schema import SchemaMerger
from mockserver.contract.samples.plan import Plan
from mockserver.contract.samples.sampler import Sampler, Unbuildable
from openapi import Spec

# What one sample may cost: about a hundredth of a second for each thousand.
_MOST_STEPS = 4000
_STEPS_OF_LAST = 400
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


def list_samples(
    merger: SchemaMerger, schema: Any, left_out: Literal["readOnly", "writeOnly"] = "writeOnly"
) -> Iterator[Any]:
    """Yield values that *schema* probably allows, the most telling first; at last one that only comes near.

    The same for the same schema, and never without an end: what would take too long is left out.
    """
    budget = Budget(_MOST_STEPS)
    for plan in _PLANS:
        try:
            yield Sampler(merger, left_out, budget, plan).build(schema)
        except (Unbuildable, RecursionError):
            continue
        except BudgetSpent:
            break
    for plan in _NEAREST:
        try:
            yield Sampler(merger, left_out, Budget(_STEPS_OF_LAST), plan).build(schema)
            return
        except (Unbuildable, RecursionError, BudgetSpent):
            continue
    yield {}
