"""gl-code-quality-report.json: what failed, as GitLab shows it in a merge request beside what is new in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.judge.verdict import CONFORMANT, deciding_levels
from conformance.report.words import describe_failure


@dataclass(frozen=True)
class CodeFinding:
    """Something that is wrong, for tools that show findings in files: its *name*, and all that is to be said of it.

    is_grave: whether it decides the verdict. fingerprint: the same in every run. requirement: of the document, if it is
    about one.
    """

    name: str
    text: str
    is_grave: bool
    fingerprint: str
    requirement: dict[str, Any] | None = None


def list_code_findings(document: dict[str, Any]) -> Iterator[CodeFinding]:
    """Yield the findings of a report's *document*; what keeps a run from a good end is one, whatever it leaves open."""
    decides = deciding_levels(document["strict"])
    failed = [one for one in document["requirements"] if one["status"] == "failed"]
    for one in failed:
        mark = _make_fingerprint(document, one["id"])
        yield CodeFinding(one["id"], describe_failure(one), one["level"] in decides, mark, one)
    if document["verdict"] != CONFORMANT and not any(one["level"] in decides for one in failed):
        name = document["verdict"].replace("_", " ")
        yield CodeFinding(name, document["reason"], True, _make_fingerprint(document, name))
    for fault in document["waiver_faults"]:
        yield CodeFinding("waivers", fault, True, _make_fingerprint(document, "waivers", fault))


def locate_findings(document: dict[str, Any]) -> str:
    """Return the file in which tools show the findings: that of the profile, by its path from the repository's root."""
    return Path(document["target"]["profile"] or document["api"]).as_posix()


def render_code_quality(document: dict[str, Any]) -> str:
    """Return a report's *document* as a list of findings in the file of the profile."""
    location = {"path": locate_findings(document), "lines": {"begin": 1}}
    findings = [
        {
            "description": one.text,
            "check_name": one.name,
            "fingerprint": one.fingerprint,
            "severity": "major" if one.is_grave else "minor",
            "location": location,
        }
        for one in list_code_findings(document)
    ]
    return json.dumps(findings, indent=1) + "\n"


def _make_fingerprint(document: dict[str, Any], name: str, text: str | None = None) -> str:
    # By what stays from run to run: the words of an answer may not.
    subject = [document["api"], document["target"]["name"], name, text]
    return hashlib.sha256(json.dumps(subject).encode()).hexdigest()
