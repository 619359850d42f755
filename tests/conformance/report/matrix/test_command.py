"""`conformance matrix`: what it finds, what it calls it, what it leaves out, and how it ends."""

import json
import re
from pathlib import Path

import pytest

from conformance import proof
from conformance.report.words import WORDS
from tests.conformance.command.commands import conformance
from tests.conformance.report.matrix.reports import API, write_by_hand, write_run, write_versions


@pytest.fixture(scope="module")
def versions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("versions")
    write_versions(folder)
    return folder


def read_matrix(*arguments):
    done = conformance("matrix", *arguments, "--json")
    return json.loads(done.stdout), done


def names(matrix, number=0):
    return [one["name"] for one in matrix["apis"][number]["implementations"]]


def statuses(matrix, id_, number=0):
    (row,) = (one for one in matrix["apis"][number]["requirements"] if one["id"] == id_)
    return [one["status"] for one in row["results"].values()]


def test_versions_stand_in_their_order_with_grades_and_results(versions):
    matrix, done = read_matrix(versions)
    (api,) = matrix["apis"]

    assert done.exit_code == 0
    assert names(matrix) == ["acme 1.8", "acme 1.9", "acme 1.10"]
    assert [one["grade"] for one in api["implementations"]] == [
        "conformant_in_what_was_tested",
        "not_conformant",
        "conformant_in_what_was_tested",
    ]
    assert statuses(matrix, "suprsend/missing-key") == ["passed", "failed", "passed"]
    assert [one["id"] for one in api["requirements"] if one["differs"]] == [
        "suprsend/missing-key",
        "suprsend/refusal-without-key",
    ]


def test_what_a_version_breaks_is_said_of_it_and_of_no_other(tmp_path):
    """A part that was not asked in between hides nothing; nor is another server a version of this one."""
    asked = (
        [{"id": "a"}],
        [{"id": "a", "asked": False, "status": "inconclusive"}],
        [{"id": "a", "status": "failed"}],
    )
    for version, results in enumerate([*asked, [{"id": "a", "status": "failed"}]]):
        target = {"name": "acme", "version": str(version)}
        write_by_hand(tmp_path / str(version), *results, target=target)
    write_by_hand(
        tmp_path / "other", {"id": "a", "status": "failed"}, target={"name": "zeta", "version": "9"}
    )
    matrix, _ = read_matrix(tmp_path)
    (row,) = matrix["apis"][0]["requirements"]

    assert [one["was"] for one in row["results"].values()] == [None, None, "passed", None, None]


def test_each_choice_is_told_of_each(versions):
    matrix, _ = read_matrix(versions)
    taken = {one["id"]: one for one in matrix["apis"][0]["choices"]}
    key = next(one for id_, one in taken.items() if one["differs"])

    assert taken["unknown-channel"]["text"] == "how the name of a channel that does not exist is answered"
    assert [one["alternative"] for one in taken["unknown-channel"]["taken"].values()] == ["refused-400"] * 3
    assert [one["alternative"] for one in key["taken"].values()] == ["refused-401", "accepted", "refused-401"]


def test_out_is_a_page_or_a_document_by_its_ending(versions, tmp_path):
    page = conformance("matrix", versions, "--out", tmp_path / "m.html")
    document = conformance("matrix", versions, "--out", tmp_path / "m.json")

    assert page.stdout.splitlines() == [
        f"{API}: 3 reports, 7 requirements, 2 with different results",
        "  acme 1.8   CONFORMANT IN WHAT WAS TESTED",
        "  acme 1.9   NOT CONFORMANT: 1 MUST failed, 1 worse than before",
        "  acme 1.10  CONFORMANT IN WHAT WAS TESTED",
        f"written: {tmp_path / 'm.html'}",
    ]
    assert (tmp_path / "m.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert names(json.loads((tmp_path / "m.json").read_text())) == ["acme 1.8", "acme 1.9", "acme 1.10"]
    assert document.exit_code == page.exit_code == 0


def test_cell_leads_to_the_requirement_in_the_page_beside_its_report(versions, tmp_path):
    out = versions / "m.html"
    (versions / "a/report.html").rename(tmp_path / "report.html")
    conformance("matrix", versions, "--out", out)
    (tmp_path / "report.html").rename(versions / "a/report.html")
    links = re.findall(r'href="([^"]*)">(?:passed|failed)', out.read_text(encoding="utf-8"))

    assert "b/report.html#suprsend/missing-key" in links
    assert not [one for one in links if one.startswith("a/")]
    assert 'id="suprsend/missing-key"' in (versions / "b/report.html").read_text(encoding="utf-8")


def test_reports_keep_the_order_in_which_they_are_named(versions):
    matrix, _ = read_matrix(versions / "c", versions / "a/report.json", versions)

    assert names(matrix) == ["acme 1.10", "acme 1.8", "acme 1.9"]  # each once


def test_each_api_has_its_own_table(versions, tmp_path):
    other = write_run(tmp_path / "o", proof.reference_of("onlyautomator")(), only=["missing-token"])
    matrix, _ = read_matrix(versions, other)

    assert [one["api"] for one in matrix["apis"]] == ["suprsend", "onlyautomator"]
    assert names(matrix, 1) == ["o"]


def test_names_that_are_alike_are_told_apart(tmp_path):
    write_by_hand(tmp_path / "x/report", {"id": "a"}, target={"name": "acme"})
    write_by_hand(tmp_path / "y/report", {"id": "a"}, target={"name": "acme"})
    write_by_hand(tmp_path / "z/report", {"id": "a"})
    write_by_hand(tmp_path, {"id": "a"}, name="old.json")
    matrix, _ = read_matrix(tmp_path, tmp_path / "old.json")

    assert names(matrix) == ["acme (x/report)", "acme (y/report)", "z/report", "old"]


def test_what_is_not_in_a_report_is_neither_tested_nor_different(versions, tmp_path):
    part = write_run(tmp_path / "part", proof.reference_of(API)(), only=["empty-key"])
    matrix, _ = read_matrix(versions / "a", part)

    assert statuses(matrix, "suprsend/missing-key") == ["passed", "not_in_report"]
    assert not [one for one in matrix["apis"][0]["requirements"] if one["differs"]]
    assert matrix["apis"][0]["implementations"][1]["shortfalls"] == [
        "only some of the requirements were asked"
    ]
    assert matrix["apis"][0]["choices"][0]["taken"]["part"] == {
        "alternative": None,
        "detail": "",
        "in_report": False,
    }


def test_reports_of_other_suites_tell_what_they_can(tmp_path):
    """An early one has no grade and no text; a newer one moved a level, and was stopped."""
    write_by_hand(tmp_path / "early", {"id": "a"}, {"id": "b", "status": "waived"}, {"id": "gone"})
    newer = [
        {"id": "a", "text": "do so.", "level": "SHOULD"},
        {"id": "b", "asked": False, "status": "inconclusive"},
    ]
    write_by_hand(
        tmp_path / "newer", *newer, suite={"version": "2.0"}, verdict="no_verdict", grade="no_verdict"
    )
    matrix, done = read_matrix(tmp_path)
    (api,) = matrix["apis"]
    first = api["requirements"][0]

    assert done.exit_code == 0
    assert [one["grade"] for one in api["implementations"]] == ["conformant_but_for_waivers", "no_verdict"]
    assert (first["level"], first["text"]) == ("SHOULD", "do so.")
    assert [one["level"] for one in first["results"].values()] == ["MUST", "SHOULD"]
    assert statuses(matrix, "b") == ["waived", "not_asked"]
    assert statuses(matrix, "gone") == ["passed", "not_in_report"]
    assert "unknown, 2.0" in api["notes"][0]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "is not a report.json: "),
        ("[" * 100_000, "is not a report.json: "),
        ('{"schema": 2}', "is not a report.json: schema: must be 1"),
        ('{"log": {}}', "is not a report.json: schema: is missing"),
        (b"\xff\xfe", "is not a report.json: "),
    ],
)
def test_report_that_cannot_be_read_is_left_out_and_named(tmp_path, content, why):
    write_by_hand(tmp_path / "good", {"id": "a"})
    bad = tmp_path / "bad/report.json"
    bad.parent.mkdir()
    bad.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = conformance("matrix", tmp_path, "--out", tmp_path / "m.html")

    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"conformance: left out: {bad}: {why}")
    assert f"<li>{bad}: {why}" in (tmp_path / "m.html").read_text(encoding="utf-8")


def test_folder_in_which_a_run_left_nothing_is_named(tmp_path):
    write_by_hand(tmp_path / "good", {"id": "a"})
    (tmp_path / "crashed").mkdir()
    matrix, done = read_matrix(tmp_path)

    assert done.exit_code == 1
    assert [one["path"] for one in matrix["left_out"]] == [str(tmp_path / "crashed")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["."], "holds no report.json; name the folder"),
        (["nowhere"], "nowhere: cannot be read: No such file"),
        (["good", "--out", "m.txt"], "--out m.txt: name a file that ends in .html or .json"),
        (
            ["good", "--out", "good/report.json"],
            "--out good/report.json: is one of the reports, and would be lost",
        ),
        (
            ["good", "--out", "good/report.html"],
            "--out good/report.html: is one of the reports, and would be lost",
        ),
        (["good", "--out", "no/m.html"], "--out no/m.html: cannot be written: No such file"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    if "good" in arguments:
        write_by_hand(tmp_path / "good", {"id": "a"})
    done = conformance("matrix", *arguments)

    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert said in line
    assert done.stdout == ""


def test_run_that_reached_nobody_is_called_so_once(tmp_path):
    why = "cannot connect"
    asked = {"id": "a", "asked": False, "status": "inconclusive", "reason": f"not asked: {why}"}
    write_by_hand(tmp_path, asked, verdict="no_verdict", reason=why, suite={"version": "1.0"})
    (one,) = read_matrix(tmp_path)[0]["apis"][0]["implementations"]

    assert (one["reason"], one["shortfalls"], one["counts"]) == (why, [], {"not_asked": 1})


def test_rows_whose_cells_say_the_same_are_one_line_on_a_small_screen_but_no_failures(tmp_path):
    for name in ("x", "y"):
        failure = {"id": "b", "status": "failed", "reason": f"got {name}"}
        write_by_hand(tmp_path / name, {"id": "a"}, failure, {"id": f"only-{name}"})
    conformance("matrix", tmp_path, "--out", tmp_path / "m.html")

    assert re.findall('id="(.*)" class="alike"', (tmp_path / "m.html").read_text(encoding="utf-8")) == ["a"]


def test_folder_that_may_not_be_looked_into_is_passed_over(tmp_path, monkeypatch):
    write_by_hand(tmp_path / "good", {"id": "a"})
    (tmp_path / "closed").mkdir()
    iterdir = Path.iterdir

    def refuse(folder):
        if folder.name == "closed":
            raise PermissionError
        return iterdir(folder)

    monkeypatch.setattr(Path, "iterdir", refuse)

    assert conformance("matrix", tmp_path).exit_code == 0


def test_name_of_a_folder_is_no_scheme_and_no_fragment(tmp_path):
    write_by_hand(tmp_path / "javascript:alert(1)#?", {"id": "a"})
    matrix, _ = read_matrix(tmp_path)
    conformance("matrix", tmp_path, "--out", tmp_path / "m.json")
    (one,) = json.loads((tmp_path / "m.json").read_text())["apis"][0]["implementations"]

    assert one["report"] == "javascript%3Aalert%281%29%23%3F/report.json"
    assert names(matrix) == ["javascript:alert(1)#?"]


def test_reports_of_one_name_are_held_against_each_other_by_date_where_they_have_no_version(tmp_path):
    for folder, day, status in (("first", 2, "failed"), ("later", 1, "passed"), ("unnamed", 3, "failed")):
        target = {} if folder == "unnamed" else {"name": "staging"}
        started = f"2026-12-0{day}T09:00:00+00:00"
        write_by_hand(tmp_path / folder, {"id": "a", "status": status}, target=target, started=started)
    matrix, _ = read_matrix(tmp_path)
    (api,) = matrix["apis"]

    assert names(matrix) == ["staging (later)", "staging (first)", "unnamed"]
    assert [one["was"] for one in api["requirements"][0]["results"].values()] == [None, "passed", None]
    assert [note for note in api["notes"] if note.startswith("Without a name in its profile: unnamed.")]


def test_heading_of_a_contract_is_its_operation(tmp_path):
    """A pointer says no more, and less readably."""
    pointer = "own: #/paths/~1books~1{id}/get"
    for name in ("x", "y"):
        listed = [{"id": "a", "source": f"{pointer}/responses"}, {"id": "b", "source": pointer}]
        write_by_hand(tmp_path / name, *listed, api="own")
    conformance("matrix", tmp_path, "--out", tmp_path / "m.html")

    page = (tmp_path / "m.html").read_text(encoding="utf-8")
    assert re.findall('<th scope="rowgroup" .*><span>(.*)</span>', page) == ["GET /books/{id}"]


def test_every_member_of_the_document_is_described(versions):
    matrix, _ = read_matrix(versions)
    described = (Path(__file__).parents[4] / "docs/judge/matrix.md").read_text(encoding="utf-8")

    members = {name for name in list_members(matrix) if not name.startswith("acme ") and name not in WORDS}
    assert {"was", "in_report", "shortfalls"} < members
    assert sorted(name for name in members if f"`{name}`" not in described) == []


def list_members(value):
    if isinstance(value, dict):
        return {*value, *(name for one in value.values() for name in list_members(one))}
    return {name for one in value for name in list_members(one)} if isinstance(value, list) else set()
