"""The sentences of the vendor on which the requirements of an API rest, quoted in its ``sentences.yaml``."""

from __future__ import annotations

import fnmatch
import importlib.resources
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import yaml

import openapi
from conformance.suite.requirement import Requirement


@dataclass(frozen=True)
class Sentence:
    """A sentence, word for word but for white space.

    requirements: globs of the names of those that rest on it. page: the vendor's page that it stands on; None if that
    is the document. url: where it is read.
    """

    text: str
    requirements: Sequence[str]
    page: str | None = None
    url: str = ""

    def supports(self, requirement: Requirement) -> bool:
        """Tell whether *requirement*, one of the same API, rests on it."""
        name = requirement.name
        # Most globs are names, and a report holds every requirement against every sentence.
        return name in self.requirements or any(
            "*" in glob and fnmatch.fnmatchcase(name, glob) for glob in self.requirements
        )


@dataclass(frozen=True)
class SourceDocument:
    """What a target is judged by. url: where it is read; None if it is a file of the user's."""

    title: str
    url: str | None = None


def list_documents(api: str) -> list[SourceDocument]:
    """List the document of *api*, a built-in one, and the vendor's other pages that requirements rest on."""
    info = openapi.load_contract(api)["info"]
    pages = [SourceDocument(one["name"], one["url"]) for one in info.get("x-pages", ())]
    return [SourceDocument(info["x-document"]["title"], info["x-document"]["url"]), *pages]


@cache
def load_sentences(api: str) -> Sequence[Sentence]:
    """List the sentences that the suite of *api* quotes; none if it has no file of them."""
    file = importlib.resources.files(f"conformance.apis.{api}") / "sentences.yaml"
    if not file.is_file():
        return ()
    return tuple(
        Sentence(
            " ".join(quoted["sentence"].split()),
            quoted["requirements"],
            quoted.get("page"),
            _find_url(api, quoted.get("page")),
        )
        for quoted in yaml.safe_load(file.read_text(encoding="utf-8"))
    )


@cache
def quote_sentences(requirement: Requirement) -> Sequence[Sentence]:
    """List the sentences that *requirement* rests on; none if an OpenAPI file is all that there is of its API."""
    if requirement.api not in openapi.api_names():
        return ()
    return tuple(one for one in load_sentences(requirement.api) if one.supports(requirement))


def find_source(requirement: Requirement) -> tuple[str, str]:
    """Return the title and the address of the page that *requirement*, of a built-in API, comes from."""
    document = openapi.load_contract(requirement.api)["info"]["x-document"]
    if requirement.heading in document["headings"]:
        return f"{document['title']}: {requirement.heading}", document["url"]
    return requirement.heading, _find_url(requirement.api, requirement.heading)


def _find_url(api: str, page: str | None) -> str:
    info = openapi.load_contract(api)["info"]
    pages = {one["name"]: one["url"] for one in info.get("x-pages", ())}
    url: str = pages[page] if page else info["x-document"]["url"]
    return url
