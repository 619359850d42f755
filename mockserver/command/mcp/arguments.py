"""The arguments of the tools: their types, and what an agent is told of each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from mockserver.command.mcp.schemas import read_body_schema, read_schema

SessionId = Annotated[
    str | None,
    Field(
        description="A session, by the id that start_session answers; without it, the stub's default session."
    ),
]
OneSessionId = Annotated[str, Field(min_length=1, description="The id that start_session answers.")]
ApiName = Annotated[str, Field(description="An API, by a name that describe_stub lists.")]
ApiFilter = Annotated[str | None, Field(description="Only of this API, by a name that describe_stub lists.")]
SearchWord = Annotated[
    str | None, Field(description="Only those with this word in id, method, path or summary.")
]
Offset = Annotated[int, Field(ge=0, description="Leave out so many at the beginning.")]
OperationName = Annotated[str, Field(description="An operation, by the id that list_operations shows.")]
Match = Annotated[dict[str, Any] | None, WithJsonSchema(read_schema("Match"))]
Faults = Annotated[
    list[dict[str, Any]],
    WithJsonSchema({"type": "array", "items": read_schema("Fault"), "description": "Tried in this order."}),
]
Status = Annotated[int, Field(ge=200, le=599, description="The status of the answer.")]
Body = Annotated[
    Any,
    Field(
        description="Any JSON but null. Without it, the contract's example or error body for the status is sent."
    ),
]
Headers = Annotated[
    dict[str, str] | None,
    Field(description="429 and 503 have Retry-After: 1 unless it is given here; an empty one leaves it out."),
]
Times = Annotated[int, Field(ge=1, le=100_000, description="So many matching calls are answered so.")]
IsUnmatched = Annotated[bool, Field(description="Only calls that match no operation.")]
Limit = Annotated[int, Field(ge=1, le=100, description="The newest calls, at most so many.")]
Count = Annotated[int, Field(ge=1, description="So many calls have to match.")]
WaitTime = Annotated[float, Field(ge=0, le=60, description="Seconds to wait.")]
Scope = Annotated[
    Literal["all", "state", "journal", "faults"], WithJsonSchema(read_body_schema("/reset", "post", "scope"))
]
Pointer = Annotated[
    str,
    Field(
        description="A JSON pointer to a part of the state, such as /suprsend/objects; empty for all of it."
    ),
]
State = Annotated[dict[str, Any], WithJsonSchema(read_schema("State"))]
ClockAction = Annotated[
    Literal["freeze", "advance", "reset"],
    Field(
        description="freeze it at `instant`, or now; advance it by `by_s`; reset lets it follow the system's."
    ),
]
Instant = Annotated[
    str | None, Field(description="For freeze: when, such as 2030-01-02T03:04:05Z; without it, now.")
]
Seconds = Annotated[float | None, Field(ge=0, description="For advance: by how many seconds.")]
NewSessionId = Annotated[
    str | None,
    Field(
        min_length=1,
        description="1 to 64 letters, digits, dots, dashes and underscores; by default the stub chooses one.",
    ),
]
Subject = Annotated[str | None, Field(description="The user that the token names.")]
Role = Annotated[str, Field(description="The role claim; any other is answered 403.")]
LifeTime = Annotated[float, Field(ge=0, description="Seconds until the token expires.")]
Defect = Annotated[str | None, WithJsonSchema(read_body_schema("/tokens", "post", "defect"))]
Access = Annotated[str, WithJsonSchema(read_body_schema("/keys", "post", "access"))]
