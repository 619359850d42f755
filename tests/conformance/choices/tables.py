"""What is known of the choices of each API: what the judge sees beside them, and what hides one behind another."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
APIS = sorted(file.stem for file in _FOLDER.glob("*.yaml"))


@cache
def read_table(api: str) -> dict[str, Any]:
    """Read the table of an API."""
    table: dict[str, Any] = yaml.safe_load((_FOLDER / f"{api}.yaml").read_text(encoding="utf-8"))
    return table
