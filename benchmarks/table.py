"""The table of what was measured: medians of the rounds, and of the ratios inside each round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from calls import Call
from load import Load
from servers import BARE, STUB

# In one round, by the server's name; None where a server cannot answer the call.
Round = Mapping[str, Load | None]

WIDTH = 18


def render_part(
    title: str,
    measured: Mapping[Call, Sequence[Round]],
    read_value: Callable[[Load], float],
    find_reach: Callable[[Call], str],
) -> list[str]:
    """Render a line for each call: of each server the median, and in brackets its ratio to the bare app."""
    names = [*next(iter(measured.values()))[0]]
    lines = ["", f"{title:<40}" + "".join(f"{name:>{WIDTH}}" for name in names)]
    for call, rounds in measured.items():
        cells = [render_cell(name, rounds, read_value) for name in names]
        reach = find_reach(call)
        if reach:
            ratio = find_ratio(STUB, rounds, read_value)
            cells.append(render_reach(ratio, reach))
        lines.append(f"{'  ' + call.name:<40}" + "".join(f"{cell:>{WIDTH}}" for cell in cells).rstrip())
    return lines


def render_cell(name: str, rounds: Sequence[Round], read_value: Callable[[Load], float]) -> str:
    values = [read_value(load) for one in rounds if (load := one[name]) is not None]
    if not values:
        return "-"
    ratio = "" if name == BARE else f" ({find_ratio(name, rounds, read_value):.2f})"
    return f"{median(values):,.0f}{ratio}"


def find_ratio(name: str, rounds: Sequence[Round], read_value: Callable[[Load], float]) -> float:
    """Find the median of the ratios to the bare app, each inside one round."""
    pairs = [(one[name], one[BARE]) for one in rounds]
    return median(read_value(load) / read_value(bare) for load, bare in pairs if load and bare)


def render_reach(value: float, reach: str) -> str:
    """Say whether *value* is within *reach*, such as ``<= 1.4``."""
    relation, bound = reach.split()
    is_reached = value >= float(bound) if relation == ">=" else value <= float(bound)
    return f"{reach} {'reached' if is_reached else 'MISSED'}"
