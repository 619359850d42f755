"""What a requirement rests on is quoted, and the vendor wrote it so."""

from __future__ import annotations

import fnmatch
import hashlib
from pathlib import Path

import pytest

import openapi
from conformance.judge.suites import collect_requirements
from conformance.suite.requirement import Requirement
from conformance.suite.sentences import Sentence, load_sentences

# Copies of the documents as they were read, kept to check quotations; they belong to their vendors.
DOCUMENTS = Path(__file__).parents[2] / "openapi/documents"
APIS = openapi.api_names()


def squeeze_space(text: str) -> str:
    return " ".join(text.split())


def find_invented(sentences: list[Sentence], document: str) -> list[str]:
    """Name every sentence that is to stand in the document and does not."""
    return [
        one.text
        for one in sentences
        if not one.page and squeeze_space(one.text) not in squeeze_space(document)
    ]


def find_unsupported(requirements: list[Requirement], sentences: list[Sentence]) -> list[str]:
    """Name every MUST that rests on no sentence of the document."""
    quoted = [one for one in sentences if not one.page]
    return [
        one.name for one in requirements if one.level == "MUST" and not any(it.supports(one) for it in quoted)
    ]


def find_pointless(requirements: list[Requirement], sentences: list[Sentence]) -> list[str]:
    """Name every glob that is no requirement."""
    names = [one.name for one in requirements]
    return [glob for one in sentences for glob in one.requirements if not fnmatch.filter(names, glob)]


@pytest.mark.parametrize("api", APIS)
def test_document_is_the_one_that_the_contract_names(api):
    content = (DOCUMENTS / f"{api}.txt").read_bytes()

    assert hashlib.sha256(content).hexdigest() == openapi.load_contract(api)["info"]["x-document"]["sha256"]


@pytest.mark.parametrize("api", APIS)
def test_sentences_stand_in_the_document(api):
    assert find_invented(load_sentences(api), (DOCUMENTS / f"{api}.txt").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("api", APIS)
def test_every_must_rests_on_a_sentence_of_the_document(api):
    assert find_unsupported(collect_requirements(api), load_sentences(api)) == []


@pytest.mark.parametrize("api", APIS)
def test_every_sentence_supports_requirements_that_exist(api):
    assert find_pointless(collect_requirements(api), load_sentences(api)) == []


@pytest.mark.parametrize("api", APIS)
def test_pages_are_those_of_the_contract(api):
    pages = {page["name"] for page in openapi.load_contract(api)["info"].get("x-pages", [])}

    assert {one.page for one in load_sentences(api) if one.page} <= pages


def test_wrong_sentences_are_found():
    (must, *others) = collect_requirements(APIS[0])
    must = next(one for one in [must, *others] if one.level == "MUST")
    page = Sentence("Somewhere else", [must.name], page="a page")

    assert find_invented([Sentence("It  is\nso.", []), Sentence("It was so.", []), page], "It is so.") == [
        "It was so."
    ]
    assert find_unsupported([must], [page]) == [must.name]
    assert find_unsupported([must], [Sentence("It is so.", ["*"])]) == []
    assert find_pointless([must], [Sentence("It is so.", [must.name, "nothing-*"])]) == ["nothing-*"]
