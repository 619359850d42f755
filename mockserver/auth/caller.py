"""Who calls an operation."""

from __future__ import annotations

from typing import NamedTuple


class Caller(NamedTuple):
    """Subject and role, as the credential says, and the origin of the page or extension that the call comes from."""

    subject: str
    role: str | None = None
    origin: str | None = None
