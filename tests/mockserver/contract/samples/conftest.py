"""How much was tried for a sample."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mockserver.contract.samples.budget import Budget


@pytest.fixture
def count_steps(monkeypatch) -> Callable[[], int]:
    """Count the steps that samples take."""
    spent = []
    spend = Budget.spend

    def count(budget: Budget, steps: int = 1) -> None:
        spent.append(steps)
        spend(budget, steps)

    monkeypatch.setattr(Budget, "spend", count)
    return lambda: sum(spent)
