"""What an exploration finds: a generated request that a target is condemned for, and how to repeat it."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.generation.case import Case
from conformance.http.evidence import Exchange
from conformance.http.redaction import Redaction
from conformance.suite.requirement import Requirement
from openapi.atomic_file import write_atomically

FOLDER = "candidates"


@dataclass(frozen=True)
class Finding:
    """A generated request that a target is condemned for.

    case: the smallest found, None if no single request shows it. is_shrunk: whether it was made smaller.
    exchange: the one at fault. member: what of its answer's body is wrong, as people write it.
    """

    requirement: Requirement
    seed: int
    case: Case | None
    is_shrunk: bool
    expected: str
    got: str
    exchange: Exchange | None
    member: str | None = None

    @property
    def shape(self) -> str:
        """What findings that are alike have in common."""
        return json.dumps([self.requirement.id, _describe_shape(self.case)], sort_keys=True)

    @property
    def name(self) -> str:
        """A name for a file, the same for findings of the same shape."""
        return f"{self.requirement.name}-{hashlib.sha256(self.shape.encode()).hexdigest()[:8]}.json"

    @property
    def repeat_options(self) -> str:
        """The options of ``conformance run`` that repeat it."""
        return f"--seed {self.seed} --only {self.requirement.id}"

    def as_json(self, redaction: Redaction) -> dict[str, Any]:
        """Return everything that is needed to repeat it, without credentials."""
        asked = self.requirement
        return {
            "schema": 1,
            "api": asked.api,
            "requirement": asked.id,
            "level": asked.level,
            "text": asked.text,
            "source": asked.source,
            "seed": self.seed,
            "again": f"conformance run TARGET.yaml {self.repeat_options}",
            "shrunk": self.is_shrunk,
            "case": _case_as_json(self.case, redaction) if self.case else None,
            "expected": self.expected,
            "got": self.got,
            "member": self.member,
            "evidence": self.exchange.as_json(self.expected, self.got) if self.exchange else None,
        }


def save_finding(finding: Finding, folder: Path, redaction: Redaction) -> Path:
    """Write *finding* as a candidate for a requirement or a bug report into *folder*.

    Raises OSError if that cannot be done, or if the folder of the candidates is a link, which may lead anywhere.
    """
    file = folder / FOLDER / finding.name
    if file.parent.is_symlink():
        raise OSError(errno.ENOTDIR, f"{FOLDER} is a link, and no folder", str(file.parent))
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, json.dumps(finding.as_json(redaction), indent=1) + "\n")
    return file


def _describe_shape(case: Case | None) -> Any:
    if case is None:
        return None
    body = _describe_types(case.json) if case.has_json else case.content is not None
    return [case.operation, case.mode, body, sorted(case.query)]


def _describe_types(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _describe_types(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_describe_types(value[0])] if value else []
    return "number" if type(value) in (int, float) else type(value).__name__


def _case_as_json(case: Case, redaction: Redaction) -> dict[str, Any]:
    content = case.content or b""
    return {
        "number": case.number,
        "mode": case.mode,
        "operation": case.operation,
        "path": {name: redaction(value) for name, value in case.path.items()},
        "query": {name: redaction(value) for name, value in case.query.items()},
        "body": None if case.content is None else redaction(content.decode("utf-8", "backslashreplace")),
        "flaws": list(case.flaws),
    }
