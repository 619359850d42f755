"""The arguments of the tools: their types, and what an agent is told of each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

import openapi


def _check_path(given: str) -> str:
    if not given or "\0" in given:
        raise ValueError("must be a path; one is not empty and holds no NUL")
    return given


def _check_profile(given: Any) -> Any:
    # Beforehand, since pydantic would tell of each type that it might have had.
    if given == "" or not isinstance(given, str | dict):
        raise ValueError("must be the path of a file, or what such a file holds, as an object or as text")
    return given


Path = Annotated[str, AfterValidator(_check_path)]
Profile = Annotated[
    str | dict[str, Any],
    BeforeValidator(_check_profile),
    Field(
        description="The target profile, which make_profile makes to fill in: the path of its file, from the folder "
        "that this server was started in, or what such a file holds, as an object or as text."
    ),
]
ApiName = Annotated[
    str | None, Field(min_length=1, description=f"A built-in API: {' or '.join(openapi.api_names())}.")
]
SpecFile = Annotated[
    Path | None, Field(description="The path of an OpenAPI file of one's own, in the place of an API.")
]
RequirementId = Annotated[
    str, Field(min_length=1, description="A requirement's id, such as suprsend/missing-key.")
]
RequirementGlob = Annotated[
    str,
    Field(
        min_length=1, description="A requirement's id, such as suprsend/missing-key, or a glob of up to ten."
    ),
]
Levels = Annotated[
    list[Literal["MUST", "SHOULD", "OBSERVED"]] | None,
    Field(min_length=1, description="Only of these levels."),
]
SearchWord = Annotated[str | None, Field(description="Only those with this word in id, text or source.")]
Limit = Annotated[int, Field(ge=1, le=500, description="At most so many.")]
Offset = Annotated[int, Field(ge=0, description="Leave out so many at the beginning.")]
Mode = Annotated[
    Literal["full", "safe", "read-only"],
    Field(
        description="full asks everything, for a target of one's own; safe is for a target that others use: one short "
        "request at a time, as the main user; read-only sends only requests that the target has to refuse."
    ),
]
Only = Annotated[
    list[str] | None,
    Field(min_length=1, description="Globs of requirement ids: ask only these; without it, all."),
]
LeaveOut = Annotated[list[str] | None, Field(description="Globs of requirement ids: leave these out.")]
Operations = Annotated[
    list[str] | None,
    Field(
        min_length=1,
        description="Of a contract of one's own, only these operations: an operationId, tag:NAME, /path or "
        "METHOD /path, with * for anything.",
    ),
]
OtherOperations = Annotated[
    list[str] | None,
    Field(description="Of a contract of one's own, all operations but these, named as for include."),
]
IsStrict = Annotated[
    bool,
    Field(
        description="Let a SHOULD that fails, and a requirement that is not tested, decide the verdict, too."
    ),
]
Seed = Annotated[int, Field(description="Seed of the generated requests.")]
Budget = Annotated[
    float | None,
    Field(gt=0, le=3600, description="Stop asking after so many seconds; by default the profile's, or 300."),
]
WaitTime = Annotated[
    float, Field(ge=0, le=600, description="Wait so many seconds for a target that is starting.")
]
ReportFolder = Annotated[
    Path | None, Field(description="A folder to write all reports to, report.html among them.")
]
Statuses = Annotated[
    list[Literal["failed", "waived", "inconclusive", "not_tested", "observed", "passed"]],
    Field(min_length=1, description="Only requirements that came to one of these."),
]
Run = Annotated[
    str | None,
    Field(min_length=1, description="A run of judge_target here, such as run-1; without it, the last one."),
]
ReportFile = Annotated[
    Path | None, Field(description="In the place of a run here: the path of a report.json, or of its folder.")
]
