"""report.json: the verdict for programs, and what every other report is made from."""

from __future__ import annotations

import io
import json
import platform
from dataclasses import asdict
from typing import Any, BinaryIO

from conformance import suite_version
from conformance.assertions.member import render_pointer
from conformance.http.evidence import STEPS, Exchange
from conformance.judge.result import Result
from conformance.judge.verdict import Verdict
from conformance.report.steps import name_kept_answers, name_script
from conformance.suite.sentences import quote_sentences

SCHEMA = 1


def render_document(document: dict[str, Any]) -> str:
    """Return the document as text."""
    stream = io.BytesIO()
    write_document(document, stream)
    return stream.getvalue().decode()


def write_document(document: dict[str, Any], stream: BinaryIO) -> None:
    """Write the document piece by piece: of a large contract it is too long to be made at once."""
    text = io.TextIOWrapper(stream, encoding="utf-8")
    json.dump(document, text, indent=1)
    text.write("\n")
    text.detach()


def build_document(verdict: Verdict) -> dict[str, Any]:
    """Return report.json as a mapping; its order is the same for every run."""
    evidence = _EvidenceRenderer(verdict)
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
        "requirements": [_render_requirement(result, evidence) for result in verdict.results],
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


def _render_requirement(result: Result, evidence: _EvidenceRenderer) -> dict[str, Any]:
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
        "evidence": evidence.render(result),
    }


class _EvidenceRenderer:
    """Renders each exchange once, however many requirements rest on it: a run of thousands takes half a gigabyte else.

    Only where it is at fault it says more, which is of one requirement.
    """

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = verdict
        self._kept = name_kept_answers(verdict)
        self._rendered: dict[int, dict[str, Any]] = {}

    def render(self, result: Result) -> list[dict[str, Any]]:
        """Return what *result* rests on; the mappings may be those of another result, and are not to be changed."""
        return [
            self._render_fault(one, result) if one is result.at_fault else self._render_once(one)
            for one in result.shown_evidence
        ]

    def _render_once(self, one: Exchange) -> dict[str, Any]:
        if id(one) not in self._rendered:
            self._rendered[id(one)] = self._render(one, one.as_json())
            one.forget_rendered()
        return self._rendered[id(one)]

    def _render_fault(self, one: Exchange, result: Result) -> dict[str, Any]:
        member = render_pointer(result.member) if result.member else None
        told = one.as_json(result.expected, result.got)
        return self._render(one, told, member, one.render_excerpt(result.member))

    def _render(
        self, one: Exchange, told: dict[str, Any], member: str | None = None, excerpt: str | None = None
    ) -> dict[str, Any]:
        return {
            "number": self._verdict.number_of(one),
            **told,
            "member": member,
            "excerpt": excerpt,
            "answer_file": f"{STEPS}/{self._kept[id(one)]}" if id(one) in self._kept else None,
        }
