"""report.json: the verdict for programs, and what every other report is made from."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from conformance import suite_version
from conformance.assertions.member import render_pointer
from conformance.http.evidence import STEPS
from conformance.judge.result import Result
from conformance.judge.verdict import Verdict
from conformance.report.steps import name_kept_answers, name_script
from conformance.suite.sentences import quote_sentences

SCHEMA = 1


def render_document(document: dict[str, Any]) -> str:
    """Return the document as text."""
    return json.dumps(document, indent=1) + "\n"


def build_document(verdict: Verdict) -> dict[str, Any]:
    """Return report.json as a mapping; its order is the same for every run."""
    kept = name_kept_answers(verdict)
    return {
        "schema": SCHEMA,
        "suite": {
            "version": suite_version(),
            "document_sha256": verdict.document_sha256,
            "exam_sha256": verdict.case_set.sha256 if verdict.case_set else None,
            "python": ".".join(platform.python_version_tuple()[:2]),
        },
        "api": verdict.api,
        "documents": [asdict(one) for one in verdict.documents],
        "target": {
            "name": verdict.name,
            "version": verdict.version,
            "base_url": verdict.base_url,
            "profile": verdict.profile,
        },
        "seed": verdict.seed,
        "started": verdict.started.isoformat(timespec="seconds"),
        "seconds": round(verdict.seconds, 3),
        "requests": verdict.requests,
        "exam": _summarize_exam(verdict),
        "verdict": verdict.verdict,
        "grade": verdict.grade,
        "reason": verdict.reason,
        "mode": verdict.mode,
        "partial": verdict.is_partial,
        "strict": verdict.is_strict,
        "notes": verdict.notes,
        "waiver_faults": verdict.waiver_faults,
        "variables": verdict.credential_hints,
        "musts": {"tested": verdict.musts_tested, "of": verdict.musts},
        "requirements": [_render_requirement(result, verdict, kept) for result in verdict.results],
    }


def _summarize_exam(verdict: Verdict) -> dict[str, int | None] | None:
    exam = verdict.case_set
    if exam is None:
        return None
    return {
        "cases": len(exam.cases),
        "positive": exam.count("positive"),
        "negative": exam.count("negative"),
        "accepted": verdict.cases_accepted,
    }


def _render_requirement(result: Result, verdict: Verdict, kept: Mapping[int, str]) -> dict[str, Any]:
    requirement, script = result.requirement, name_script(result)
    return {
        "id": requirement.id,
        "level": requirement.level,
        "text": requirement.text,
        "source": requirement.source,
        "sentences": [
            {"text": one.text, "page": one.page, "url": one.url} for one in quote_sentences(requirement)
        ],
        "status": result.status,
        "asked": result.was_asked,
        "reason": result.reason,
        "needs": list(result.needs),
        "subject": result.subject,
        "member": result.member_name,
        "observed": asdict(observed) if (observed := result.observed) else None,
        "script": f"{STEPS}/{script}" if script else None,
        "evidence": _render_evidence(result, verdict, kept),
    }


def _render_evidence(result: Result, verdict: Verdict, kept: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "number": verdict.number_of(one),
            **(one.as_json(result.expected, result.got) if one is result.at_fault else one.as_json()),
            "member": render_pointer(result.member) if one is result.at_fault and result.member else None,
            "excerpt": one.render_excerpt(result.member) if one is result.at_fault else None,
            "answer_file": f"{STEPS}/{kept[id(one)]}" if id(one) in kept else None,
        }
        for one in result.shown_evidence
    ]
