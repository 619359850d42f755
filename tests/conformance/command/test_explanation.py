"""What is said about a requirement is true, and the Markdown has all of them."""

import re

import pytest
from typer.testing import CliRunner

import openapi
from conformance import proof
from conformance.command.cli import app
from conformance.command.explanation.facts import describe_server
from conformance.judge.suites import collect_requirements
from conformance.suite.choice import find_choice

APIS = openapi.api_names()


def explain(*arguments):
    return CliRunner().invoke(app, ["explain", *arguments], prog_name="conformance")


@pytest.fixture(scope="module")
def fresh(once):
    """What `make docs` writes, one page after the other."""

    def explain_all(folder):
        (folder / "all.md").write_text("\n".join(explain("--all", api).stdout for api in APIS))

    return (once("explained", explain_all) / "all.md").read_text()


def test_document_has_every_requirement_once(fresh):
    every = [one.id for api in APIS for one in collect_requirements(api)]

    assert sorted(re.findall(r"^### (.+/.+)$", fresh, re.MULTILINE)) == sorted(every)


def test_every_must_is_followed_by_the_sentence_it_rests_on(fresh):
    musts = re.findall(r"^\*\*MUST\*\* .+\n\n(.)", fresh, re.MULTILINE)

    assert len(musts) == sum(one.level == "MUST" for api in APIS for one in collect_requirements(api))
    assert set(musts) == {">"}


def test_every_requirement_has_a_sentence_or_says_that_none_is_quoted(fresh):
    beginnings = re.findall(
        r"^\*\*(?:MUST|SHOULD|OBSERVED)\*\* .+\n\n(>|No sentence is quoted; it rests on )",
        fresh,
        re.MULTILINE,
    )

    assert len(beginnings) == sum(len(collect_requirements(api)) for api in APIS)
    assert set(beginnings) == {">", "No sentence is quoted; it rests on "}


def test_contents_lead_to_every_requirement(fresh):
    """GitHub makes the name of a heading from its letters, figures and hyphens."""
    named = {re.sub(r"[^\w -]", "", heading) for heading in re.findall(r"^##+ (.+)$", fresh, re.MULTILINE)}
    anchors = {heading.lower().replace(" ", "-") for heading in named}

    linked = re.findall(r"\]\(#([^)]+)\)", fresh)
    assert len(linked) > 300
    assert set(linked) <= anchors


@pytest.mark.parametrize("api", APIS)
def test_explanation_names_text_level_source_and_proof(api):
    mutant = next(mutant for mutant in proof.mutants_of(api) if len(mutant.breaks) == 1)
    (one,) = (one for one in collect_requirements(api) if {one.name} == mutant.breaks)
    document = openapi.load_contract(api)["info"]["x-document"]

    done = explain(one.id)

    assert done.exit_code == 0
    assert done.stdout.startswith(f"{one.id}\n  {one.level} {one.text}\n")
    assert f"source: {document['title']}: {one.heading}, {document['url']}\n" in done.stdout
    assert f"    {mutant.__name__}: {describe_server(mutant)}\n" in done.stdout


@pytest.mark.parametrize("name", ["missing-key", "name"])
def test_explanation_says_whether_a_requirement_looks_back(name):
    (one,) = (one for one in collect_requirements("suprsend") if one.name == name)
    told = explain(one.id).stdout

    assert ("  looks back on the run: yes; " in told) is one.looks_back
    assert ("  looks back on the run: no\n" in told) is not one.looks_back


def test_page_of_the_vendor_is_the_source_where_it_is():
    done = explain("suprsend/list-replaces")

    assert "source: official clients, https://github.com/suprsend/" in done.stdout


@pytest.mark.parametrize(
    ("id_", "needs"),
    [
        ("onlyautomator/missing-token", None),
        ("onlyautomator/insufficient-permission", "credentials.forbidden"),
        ("onlyautomator/key-includes-fan", "fixtures.other_fan_id"),
        ("onlyautomator/service-unavailable", "triggers.service_unavailable"),
        ("suprsend/objects-are-apart", "fixtures.other_object"),
        ("suprsend/tenant-scope", "fixtures.tenant_id"),
    ],
)
def test_needs_are_those_without_which_it_is_not_tested(id_, needs):
    done = explain(id_)

    assert re.findall(r"^  needs: (.+); without it not tested$", done.stdout, re.MULTILINE) == (
        [needs] if needs else []
    )


@pytest.mark.parametrize(
    ("id_", "writes"),
    [("onlyautomator/missing-token", False), ("onlyautomator/value-true", True), ("suprsend/tenant", True)],
)
def test_writes_are_those_that_the_reference_accepts(id_, writes):
    assert ("  writes: yes\n" in explain(id_).stdout) == writes


@pytest.mark.parametrize(
    ("id_", "waits"),
    [
        ("onlyautomator/missing-token", False),
        ("onlyautomator/written-is-listed", True),
        ("suprsend/missing-key", False),
        ("suprsend/written-preference-is-read", True),
    ],
)
def test_waiting_are_those_that_read_again_until_a_write_is_shown(id_, waits):
    assert ("  waits: patience.read_lag_s (3 s) at the most" in explain(id_).stdout) == waits


def test_who_is_told_what_another_waited_for_does_not_wait(fresh):
    sections = {part.partition("\n")[0]: part for part in fresh.split("\n### ")}

    assert "- waits: " in sections["onlyautomator/written-is-listed"]
    assert "- waits: " not in sections["onlyautomator/list-missing-token"]


def test_liberties_in_the_same_step_are_permitted():
    permitted = explain("onlyautomator/missing-token").stdout.partition("also permitted:")[2]

    assert "CookieIsAccepted: The token may come in the session's cookie." in permitted


def test_liberty_that_costs_a_should_is_no_permission_but_named():
    before, _, after = explain("suprsend/list-replaces").stdout.partition("failed by conformant servers:")

    assert "Merges: " in after
    assert "Merges: " not in before.partition("also permitted:")[2]


def test_id_may_lack_the_api_and_may_be_a_glob():
    assert explain("missing-token").stdout.startswith("onlyautomator/missing-token\n")
    assert re.findall(r"^\w+/[\w-]+$", explain("array-body").stdout, re.MULTILINE) == [
        "onlyautomator/array-body",
        "suprsend/array-body",
    ]
    assert len(re.findall(r"^suprsend/tenant", explain("suprsend/tenant*").stdout, re.MULTILINE)) == 3


def test_unknown_id_names_the_nearest():
    done = explain("missing-tokn")

    assert done.exit_code == 2
    assert done.stderr.startswith("conformance: missing-tokn: no requirement has such an id; did you mean ")
    assert "onlyautomator/missing-token" in done.stderr


@pytest.mark.parametrize("arguments", [[], ["missing-token", "--all"]])
def test_neither_id_nor_all_and_all_of_no_api_are_refused(arguments):
    done = explain(*arguments)

    assert (done.exit_code, done.stdout) == (2, "")


def test_choice_that_a_requirement_sees_is_named_with_its_alternatives(fresh):
    sees = [find_choice(one) for api in APIS for one in collect_requirements(api)]
    named = re.findall(r"sees the choice\W+([a-z0-9-]+): (.+)$", fresh, re.MULTILINE)

    assert len(named) == len([one for one in sees if one])
    assert ("unknown-channel", "refused-400, refused-422, refused-404, ignored") in named
