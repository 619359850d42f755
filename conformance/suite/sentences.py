"""The sentences of the vendor on which the requirements of an API rest, quoted in its ``sentences.yaml``."""

from __future__ import annotations

import fnmatch
import importlib.resources
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from conformance.suite.requirement import Requirement


@dataclass(frozen=True)
class Sentence:
    """A sentence, word for word but for white space.

    requirements: globs of the names of those that rest on it. page: the vendor's page that it stands on; None if that
    is the document.
    """

    text: str
    requirements: Sequence[str]
    page: str | None = None

    def supports(self, requirement: Requirement) -> bool:
        """Tell whether *requirement*, one of the same API, rests on it."""
        return any(fnmatch.fnmatchcase(requirement.name, glob) for glob in self.requirements)


def load_sentences(api: str) -> list[Sentence]:
    """List the sentences that the suite of *api* quotes; none if it has no file of them."""
    file = importlib.resources.files(f"conformance.apis.{api}") / "sentences.yaml"
    if not file.is_file():
        return []
    return [
        Sentence(quoted["sentence"], quoted["requirements"], quoted.get("page"))
        for quoted in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]
