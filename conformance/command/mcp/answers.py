"""The answers of the tools."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict  # of which pydantic can make schemas before Python 3.12


class ListedRequirement(TypedDict):
    """A requirement. source: the document or page, and its heading. reading: how the document is read, if need be."""

    id: str
    level: str
    text: str
    source: str
    reading: str | None


class Requirements(TypedDict):
    """Requirements. left_out: how many more there are behind these."""

    requirements: list[ListedRequirement]
    left_out: int


class ProfileTemplate(TypedDict):
    """A target profile to fill in, as YAML with comments."""

    profile: str


class ExplainedRequirement(TypedDict):
    """What is known of a requirement. facts: what it needs of a profile, whether it writes, what proves it."""

    id: str
    level: str
    level_means: str
    text: str
    source: str
    url: str | None
    sentences: list[str]
    facts: dict[str, str | list[str]]


class Explanations(TypedDict):
    """Requirements, explained."""

    requirements: list[ExplainedRequirement]


class CheckedTarget(TypedDict):
    """A target that can be judged. gaps: what cannot be tested so. writes: what a run leaves behind."""

    api: str
    base_url: str
    found: str
    gaps: list[str]
    writes: str


class Finding(TypedDict):
    """What came of a requirement. subject, member: what a failure is about, and which member of the answer's body."""

    id: str
    level: str
    status: str
    text: str
    reason: str | None
    subject: str | None
    member: str | None


class Findings(TypedDict):
    """Findings, in the order of the document. left_out: how many more there are behind these."""

    findings: list[Finding]
    left_out: int


class Judgement(TypedDict):
    """A verdict. grade: how far it reaches. reason: what it rests on. failed: the first of what failed.

    run: its name for list_findings and read_finding. counts: of requirements. files: the reports that were written.
    """

    run: str
    api: str
    base_url: str
    verdict: str
    grade: str
    reason: str
    mode: str
    requests: int
    seconds: float
    musts: dict[str, int]
    counts: dict[str, int]
    failed: list[Finding]
    notes: list[str]
    files: list[str]


class FindingWithEvidence(TypedDict):
    """What a run's report has on a requirement, with the requests and answers that show it; without credentials."""

    finding: dict[str, Any]
