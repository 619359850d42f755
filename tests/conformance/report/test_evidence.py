"""What a failure is about, which member is wrong and what the document says: in every place that shows a failure."""

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from conformance import proof
from conformance.judge.suites import collect_requirements
from conformance.suite.sentences import quote_sentences
from tests.conformance.command.commands import conformance, served

API = "suprsend"
MUTANT = next(one for one in proof.mutants_of(API) if one.__name__ == "OneSetForAllObjects")
SUBJECT = "object departments/engineering, category status-update-alert, channel email"
MEMBER = "channels[0].preference"


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Run against a server that keeps one set for all objects; return what each place says of it."""
    folder = tmp_path_factory.mktemp("evidence")
    with pytest.MonkeyPatch.context() as patch, served(folder, MUTANT()) as profile:
        patch.setenv("GITHUB_ACTIONS", "true")
        patch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
        done = conformance("run", profile, "--report-dir", folder, "--only", "objects-are-apart")
    suite = ElementTree.parse(folder / "junit.xml").getroot()  # noqa: S314  our own file
    (finding,) = json.loads((folder / "report.json").read_text())["requirements"]
    return {
        "terminal": done.stdout.partition("::error")[0],
        "annotation": done.stdout.partition("::error")[2],
        "summary": (folder / "summary.md").read_text(),
        "report.json": json.dumps([finding["subject"], finding["member"], finding["sentences"]]),
        "report.html": (folder / "report.html").read_text(),
        "junit.xml": suite.find(".//failure").text,
        "evidence": [
            f"{one['request']['method']} {one['request']['url'].split('/v1/object/')[1].split('/preference')[0]}"
            for one in finding["evidence"]
        ],
        "script": (folder / finding["script"]).read_text(),
        "gitlab": (folder / "gl-code-quality-report.json").read_text(),
    }


PLACES = ["terminal", "annotation", "summary", "report.json", "report.html", "junit.xml", "gitlab"]


@pytest.mark.parametrize("place", PLACES)
def test_every_place_names_subject_and_member(places, place):
    assert SUBJECT in places[place]
    assert MEMBER in places[place]


@pytest.mark.parametrize("place", ["terminal", "annotation", "report.json", "report.html", "junit.xml"])
def test_sentence_is_quoted_with_its_page(places, place):
    (asked,) = (one for one in collect_requirements(API) if one.name == "objects-are-apart")
    (quoted, *_) = quote_sentences(asked)

    assert quoted.text[:100] in places[place]
    assert quoted.url in places[place].replace("%3A", ":")


def test_annotation_is_one_command_of_several_lines(places):
    (command,) = (line for line in places["annotation"].splitlines() if "objects-are-apart" in line)

    assert re.search(
        r"::MUST keep the preferences of two objects apart\. .*; about .*%0A“.*” https://", command
    )


def test_evidence_has_the_write_before_all_looks_for_its_effect(places):
    """Looks with one answer are one: what was written before would have no room beside them."""
    here, other = "departments/engineering", "departments/sales"

    assert places["evidence"] == [
        f"PATCH {other}",
        f"PATCH {here}",
        f"PATCH {other}",
        f"GET {here}",
        f"PATCH {here}",
    ]
    assert len(re.findall("^curl ", places["script"], re.MULTILINE)) == len(places["evidence"])
