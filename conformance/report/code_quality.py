"""gl-code-quality-report.json: what failed, as GitLab shows it in a merge request beside what is new in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from conformance.judge.verdict import deciding_levels
from conformance.report.words import describe_failure


def render_code_quality(document: dict[str, Any]) -> str:
    """Return a report's *document* as a list of findings in the file of the profile."""
    decides = deciding_levels(document["strict"])
    findings = [
        _make_finding(document, one["id"], describe_failure(one), one["level"] in decides)
        for one in document["requirements"]
        if one["status"] == "failed"
    ]
    if document["verdict"] == "no_verdict":
        findings.append(_make_finding(document, "no verdict", document["reason"], is_grave=True))
    findings += [
        _make_finding(document, "waivers", fault, is_grave=True) for fault in document["waiver_faults"]
    ]
    # GitLab knows a file by its path from the root of the repository.
    location = {
        "path": Path(document["target"]["profile"] or document["api"]).as_posix(),
        "lines": {"begin": 1},
    }
    return json.dumps([{**one, "location": location} for one in findings], indent=1) + "\n"


def _make_finding(document: dict[str, Any], name: str, text: str, is_grave: bool) -> dict[str, str]:
    # By what stays from run to run: the words of an answer may not.
    subject = [document["api"], document["target"]["name"], name, text if name == "waivers" else None]
    return {
        "description": text,
        "check_name": name,
        "fingerprint": hashlib.sha256(json.dumps(subject).encode()).hexdigest(),
        "severity": "major" if is_grave else "minor",
    }
