"""The answers of the tools."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import WithJsonSchema
from typing_extensions import TypedDict  # of which pydantic can make schemas before Python 3.12

from mockserver.command.mcp.operations import ListedOperation
from mockserver.command.mcp.schemas import read_schema

Call = Annotated[dict[str, Any], WithJsonSchema(read_schema("Entry"))]


class DescribedStub(TypedDict):
    """What a stub is. problems: what is wrong with the contracts that it serves."""

    url: str
    control_page: str
    version: str
    apis: list[str]
    seed: int
    problems: list[dict[str, str]]


class Operations(TypedDict):
    """Operations. left_out: how many more there are behind these."""

    operations: list[ListedOperation]
    left_out: int


class StartedSession(TypedDict):
    """A session. base_url: send calls there. token, api_key: credentials that lead to it as well, wherever sent."""

    id: str
    base_url: str
    token: str | None
    api_key: str | None


class ListedSession(TypedDict):
    """A session, with the number of its calls, and how long it has been idle."""

    id: str
    requests: int
    idle_s: float


class Sessions(TypedDict):
    """The sessions besides the default one, the longest idle first."""

    sessions: list[ListedSession]


class Clock(TypedDict):
    """The time in a session."""

    now: str
    frozen: bool


class SimulatedTrouble(TypedDict):
    """What is set in a session: answers that are still to be forced, oldest first, and faults; and its clock."""

    # As force_answer and set_faults take them, so that their schemas are not read twice.
    forced_answers: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    clock: Clock


class Journal(TypedDict):
    """Calls, oldest first. matched: how many matched. left_out: how many of these, older ones, are not shown."""

    calls: list[Call]
    matched: int
    left_out: int


class StatePart(TypedDict):
    """A part of the state. outline: of one that is too large to be shown, each member with its size."""

    state: Any
    outline: dict[str, str] | None


class Token(TypedDict):
    """A token that leads to the session, and what it claims."""

    token: str
    claims: dict[str, Any]


class Key(TypedDict):
    """A key that leads to the session."""

    api_key: str
