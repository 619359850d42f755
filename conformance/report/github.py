"""What GitHub Actions shows of a run: a summary of the step, and an annotation for each failure."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conformance.http.foreign_text import escape_controls
from conformance.judge.verdict import CONFORMANT, deciding_levels
from conformance.report.words import MOST_SENTENCES, describe_failure, describe_place, quote_sentence
from openapi.wording import count_things

_MOST_ANNOTATIONS = 10  # GitHub shows no more annotations of a step; report.json has them all
_MOST_CHANGES = 50
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_DATA, **str.maketrans({":": "%3A", ",": "%2C"})}


def render_annotations(document: dict[str, Any], waivers: Path | None = None) -> list[str]:
    """Return a workflow command for each thing that failed: an error if it decides the verdict, else a warning.

    What keeps a run from a verdict is one error, however many requirements it leaves open. waivers: the file of
    them; GitHub attaches to it, or to the profile, what it shows.
    """
    profile = document["target"]["profile"]
    failed = [one for one in document["requirements"] if one["status"] == "failed"]
    decides = deciding_levels(document["strict"])
    annotations = [
        _render_command(
            "error" if one["level"] in decides else "warning",
            one["id"],
            "\n".join([describe_failure(one), *_quote_sentences(one)]),
            profile,
        )
        for one in failed
    ]
    if document["verdict"] != CONFORMANT and not any(one["level"] in decides for one in failed):
        annotations.insert(0, _render_command("error", _name_grade(document), document["reason"], profile))
    return annotations + [
        _render_command("error", "waivers", fault, str(waivers) if waivers else None)
        for fault in document["waiver_faults"]
    ]


def render_summary(document: dict[str, Any], changes: Sequence[str] | None = None) -> str:
    """Return the summary of the step in Markdown; what the target said is escaped, in blocks of its own.

    changes: since an earlier report, a line each; None if the run was compared with none.
    """
    musts = document["musts"]
    failed = [one for one in document["requirements"] if one["status"] == "failed"]
    lines = [
        f"### {_name_grade(document)}",
        "",
        f"{_render_preformatted(document['reason'])}",
        "",
        f"{musts['tested']} of {musts['of']} MUSTs tested{', partial' if document['partial'] else ''}, "
        f"{count_things(document['requests'], 'request')} in {document['seconds']:.1f} s",
        "",
    ]
    for note in document["notes"]:
        lines += [f"- note {_render_preformatted(note)}", ""]
    for fault in document["waiver_faults"]:
        lines += [f"- waiver {_render_preformatted(fault)}", ""]
    for one in failed[:_MOST_ANNOTATIONS]:
        lines += [
            f"- `{one['id']}` {one['level']} {one['text']} ({one['source']})",
            "",
            *(f"  {_render_preformatted(text)}" for text in (describe_place(one), one["reason"]) if text),
            "",
        ]
    if len(failed) > _MOST_ANNOTATIONS:
        lines += [f"{len(failed) - _MOST_ANNOTATIONS} more failed; the report has them all.", ""]
    if changes is not None:
        lines += [
            "#### Since the earlier report",
            "",
            *map(_render_preformatted, changes[:_MOST_CHANGES]),
            "",
        ]
        if len(changes) > _MOST_CHANGES:
            lines += [f"{len(changes) - _MOST_CHANGES} more changed; the report has them all.", ""]
    return "\n".join(lines) + "\n"


def _quote_sentences(requirement: dict[str, Any]) -> list[str]:
    return [quote_sentence(one["text"], one["url"]) for one in requirement["sentences"][:MOST_SENTENCES]]


def _name_grade(document: dict[str, Any]) -> str:
    target = " ".join(filter(None, [document["api"], document["target"]["name"]]))
    return f"{target}: {document['grade'].replace('_', ' ')}"


def _render_command(name: str, title: str, text: str, file: str | None) -> str:
    properties = {"file": file and Path(file).as_posix(), "title": title}
    given = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items() if value)
    return f"::{name} {given}::{escape_controls(text).translate(_DATA)}"


def _render_preformatted(text: str | None) -> str:
    """Return *text* on one line, in which neither Markdown nor HTML means anything."""
    return f"<pre>{html.escape(escape_controls(' '.join((text or '').split())))}</pre>"
