"""report.sarif: what failed, as GitHub code scanning and editors show it (SARIF 2.1.0)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from conformance import DISTRIBUTION
from conformance.report.code_quality import CodeFinding, list_code_findings, locate_findings

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(document: dict[str, Any]) -> str:
    """Return a report's *document* as one run of a tool, whose rules are the requirements that failed."""
    findings = list(list_code_findings(document))
    uri, names = quote(locate_findings(document)), [document["api"], document["target"]["name"]]
    driver = {
        "name": f"{DISTRIBUTION} conformance",
        "version": document["suite"]["version"],
        "rules": list({one.name: _render_rule(one) for one in findings}.values()),
    }
    run = {
        "tool": {"driver": driver},
        # Each environment has its own, for what is uploaded under one takes the place of what was there.
        "automationDetails": {"id": "".join(f"{name}/" for name in names if name)},
        "results": [_render_result(one, uri) for one in findings],
        "properties": {"notes": document["notes"]},
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _render_rule(finding: CodeFinding) -> dict[str, Any]:
    requirement = finding.requirement
    if requirement is None:
        return {"id": finding.name, "shortDescription": {"text": finding.name}}
    sentence = f"{requirement['level']} {requirement['text']}"
    quoted = [f"“{one['text']}” {one['url']}" for one in requirement["sentences"]]
    rule: dict[str, Any] = {
        "id": finding.name,
        "shortDescription": {"text": sentence},
        "help": {"text": "\n".join([f"{sentence} ({requirement['source']})", *quoted])},
    }
    if requirement["sentences"]:
        rule["helpUri"] = requirement["sentences"][0]["url"]
    return rule


def _render_result(finding: CodeFinding, uri: str) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}
    return {
        "ruleId": finding.name,
        "level": "error" if finding.is_grave else "warning",
        "message": {"text": finding.text},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
    }
