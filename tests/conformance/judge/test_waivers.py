"""Waivers: known failures that do not count, until their day has passed or nothing is left to excuse."""

import json
import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.judge.waiver import Waiver
from conformance.proof.messages import Response
from conformance.proof.server import serve
from conformance.proof.trial import judge_in_process
from conformance.suite.mode import Mode
from tests.conformance.judge.waiving import API, LIVE, NEW, TODAY, Open, run_and_write


def run(folder, server, waivers, *, only=("missing-token", "value-true")):
    """Run a part of the requirements with *waivers*; return what came of it and report.json."""
    (folder / "waivers.yaml").write_text(waivers if isinstance(waivers, str) else json.dumps(waivers))
    with serve(server) as url:
        (folder / "target.yaml").write_text(json.dumps(server.profile(url)))
        command = [
            "run",
            folder / "target.yaml",
            "--waivers",
            folder / "waivers.yaml",
            "--report-dir",
            folder,
        ]
        for glob in only:
            command += ["--only", glob]
        done = CliRunner().invoke(app, list(map(str, command)))
    report = folder / "report.json"
    return done, json.loads(report.read_text()) if report.exists() else None


def statuses(report):
    return {one["id"].partition("/")[2]: one["status"] for one in report["requirements"]}


def test_waived_failure_does_not_fail_the_verdict(tmp_path):
    done, report = run(tmp_path, Open(), [LIVE])
    waived = report["requirements"][-1]

    assert done.exit_code == 0
    assert re.search(
        r"^CONFORMANT BUT FOR WAIVERS: 2 of \d+ MUSTs were tested, 1 MUST failed and is waived, and no other did",
        done.stdout,
        re.MULTILINE,
    )
    assert (report["verdict"], report["grade"]) == ("conformant", "conformant_but_for_waivers")
    assert (waived["status"], report["waiver_faults"]) == ("waived", [])
    assert waived["reason"].startswith(f"until {LIVE['expires']}, by ada: known; expected ")
    assert waived["evidence"][-1]["curl"]


def test_waiver_holds_to_the_end_of_its_last_day(tmp_path):
    done, report = run(tmp_path, Open(), [{**LIVE, "expires": str(datetime.now(UTC).date())}])

    assert done.exit_code == 0
    assert statuses(report)["missing-token"] == "waived"


def test_expired_waiver_excuses_nothing_and_says_so(tmp_path):
    done, report = run(tmp_path, Open(), [{**LIVE, "expires": str(TODAY - timedelta(days=1))}])

    assert done.exit_code == 1
    assert statuses(report)["missing-token"] == "failed"
    assert "its waiver by ada expired on" in done.stdout
    assert len(report["waiver_faults"]) == 1


def test_waiver_that_excuses_nothing_fails_the_run(tmp_path):
    says = "passed, and has a waiver by ada; remove the waiver"
    done, report = run(tmp_path, proof.reference_of(API)(), [LIVE], only=("missing-token", "cookie-token"))
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()  # noqa: S314  our own file

    assert done.exit_code == 1
    assert (report["verdict"], report["grade"]) == ("conformant", "conformant_in_what_was_tested")
    assert says in report["waiver_faults"][0]
    assert re.search(rf"^waiver .*{says}$", done.stdout, re.MULTILINE)
    assert "exit status 1, as waivers have to be put in order" in done.stdout
    assert "NOT CONFORMANT" not in done.stdout
    assert [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None] == [
        "waivers"
    ]
    assert says in (tmp_path / "report.html").read_text()


def test_race_that_was_won_this_once_keeps_its_waiver(tmp_path):
    raced = "parallel-creates-yield-one-record"
    waivers = [{**LIVE, "id": f"{API}/{raced}"}]
    done, report = run(tmp_path, proof.reference_of(API)(), waivers, only=[raced])

    assert statuses(report) == {raced: "passed"}
    assert (done.exit_code, report["waiver_faults"]) == (0, [])


LOOKS_BACK = {**LIVE, "id": f"{API}/no-server-error"}


@pytest.mark.parametrize(
    ("options", "is_stale"),
    [
        ({}, True),
        ({"only": ["value-true", "no-server-error"]}, False),
        ({"leave_out": ["value-*"]}, False),
        ({"mode": Mode.SAFE}, False),
    ],
)
def test_part_of_a_run_does_not_end_the_waiver_of_what_looks_back_on_all(options, is_stale):
    verdict = judge_in_process(
        proof.reference_of(API)(), waivers=[Waiver.model_validate(LOOKS_BACK)], **options
    )

    assert LOOKS_BACK["id"] in verdict.ids("passed")
    assert bool(verdict.waiver_faults) == is_stale


def test_part_of_a_run_prunes_no_waiver_of_what_looks_back_on_all(tmp_path):
    file = tmp_path / "known.yaml"
    file.write_text(json.dumps([LOOKS_BACK]))
    done, left = run_and_write(
        tmp_path, proof.reference_of(API)(), "--waivers", file, "--prune-waivers", only=["no-server-error"]
    )

    assert (done.exit_code, json.loads(left)) == (0, [LOOKS_BACK])


def test_old_failures_are_waived_and_new_ones_are_not(tmp_path):
    file = tmp_path / "known.yaml"
    first, text = run_and_write(tmp_path, Open(), "--write-waivers", file, *NEW)
    again, _ = run_and_write(tmp_path, Open(), "--waivers", file)

    class Worse(Open):
        def answer(self, request):
            return Response(500, {}) if b": true" in request.body else super().answer(request)

    worse, _ = run_and_write(tmp_path, Worse(), "--waivers", file)

    assert first.exit_code == 1
    assert f"{file}: 1 waived from the next run on" in first.stdout
    [waiver] = yaml.safe_load(text)
    assert waiver["reason"].startswith("expected status 401")
    assert (waiver["id"], waiver["owner"], str(waiver["expires"])) == (LIVE["id"], "ada", NEW[-1])
    assert (again.exit_code, worse.exit_code) == (0, 1)


def test_waivers_that_the_run_cannot_judge_are_not_pruned(tmp_path):
    """Those of other APIs, be they built in or not, and of what was not asked."""
    file = tmp_path / "known.yaml"
    ids = ["suprsend/mising-key", "a-library/getBook-schema", f"{API}/value-false", f"{API}/value-true"]
    file.write_text(json.dumps([{**LIVE, "id": id_} for id_ in ids]))
    done, text = run_and_write(tmp_path, Open(), "--waivers", file, "--prune-waivers")

    assert [one["id"] for one in yaml.safe_load(text)] == ids[:-1]
    assert re.search(
        r"^waiver +suprsend/mising-key: .*did you mean suprsend/missing-key", done.stdout, re.MULTILINE
    )
    assert "a-library" not in done.stdout


@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.READ_ONLY])
def test_pass_of_a_mode_that_leaves_something_out_ends_no_waiver(mode, tmp_path):
    """Here what fails is a write for another fan, which no such mode makes."""

    class LetsInForAnotherFan(proof.reference_of(API)):
        def answer(self, request):
            is_open = b"fan-1002" in request.body and not request.headers.get("authorization")
            return Response(200, {}) if is_open else super().answer(request)

    file = tmp_path / "known.yaml"
    file.write_text(json.dumps([LIVE]))
    options = ["--waivers", file, "--prune-waivers"]
    careful, left = run_and_write(
        tmp_path, LetsInForAnotherFan(), *options, "--mode", mode, only=["missing-token"]
    )
    full, _ = run_and_write(tmp_path, LetsInForAnotherFan(), *options, only=["missing-token"])

    assert (careful.exit_code, full.exit_code) == (0, 0)
    assert ("1 passed" in careful.stdout, "1 waived" in full.stdout) == (True, True)
    assert json.loads(left) == [LIVE]


@pytest.mark.parametrize("option", ["--waivers", "--write-waivers"])
def test_annotation_of_a_waiver_names_its_file(option, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    file = tmp_path / "known.yaml"
    file.write_text(json.dumps([{**LIVE, "id": f"{API}/value-true"}]))
    done, _ = run_and_write(
        tmp_path, Open(), option, file, *(NEW if "write" in option else ()), only=["value-true"]
    )

    assert (
        f"::error file={file},title=waivers::{API}/value-true: passed, and has a waiver by ada" in done.stdout
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--write-waivers", "k.yaml", "--owner", "ada"], "--write-waivers: needs --expires"),
        (["--write-waivers", "k.yaml", "--expires", "2126-01-01"], "--write-waivers: needs --owner"),
        (["--write-waivers", "k.yaml", *NEW[:3], "soon"], "--expires soon: is not a day"),
        (["--write-waivers", "k.yaml", *NEW[:3], "2020-01-01"], "--expires 2020-01-01: has passed"),
        (["--write-waivers", "k.yaml", *NEW, "--fail-fast"], "--fail-fast: would leave failures"),
        (["--write-waivers", "k.yaml", *NEW, "--waivers", "l.yaml"], "--waivers: names another file"),
        (["--write-waivers", "no/k.yaml", *NEW], "no/k.yaml: cannot be written"),
        (["--owner", "ada"], "--owner: is of new waivers; name their file with --write-waivers"),
        (["--prune-waivers"], "--prune-waivers: name the file with --waivers"),
    ],
)
def test_options_of_waivers_that_do_not_go_together_are_status_2(options, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done, written = run_and_write(tmp_path, proof.reference_of(API)(), *options)

    assert (done.exit_code, done.stdout, written) == (2, "", None)
    assert says in done.stderr


def test_waivers_of_what_is_not_asked_are_left_alone(tmp_path):
    waivers = [{**LIVE, "id": f"{API}/value-false"}, {**LIVE, "id": "suprsend/missing-key"}]
    done, report = run(tmp_path, proof.reference_of(API)(), waivers)

    assert (done.exit_code, report["waiver_faults"]) == (0, [])


def test_failure_without_a_waiver_still_fails(tmp_path):
    done, report = run(tmp_path, Open(), "# none is left\n")

    assert done.exit_code == 1
    assert statuses(report) == {"missing-token": "failed", "value-true": "passed"}


@pytest.mark.parametrize(
    ("waivers", "says"),
    [
        ([{**LIVE, "expire": "2030-01-01"}], "waiver 1: unknown key 'expire'; did you mean 'expires'?"),
        ([LIVE, {"id": "x", "reason": "y", "owner": "z"}], "waiver 2: expires: is missing; add it"),
        ([{**LIVE, "expires": "soon"}], "waiver 1: expires: is not a day; write it as YYYY-MM-DD"),
        ([{**LIVE, "expires": 20300101}], "waiver 1: expires: is not a day"),
        ([{**LIVE, "owner": ""}], "waiver 1: owner: "),
        ([LIVE, LIVE], f"{API}/missing-token: has two waivers; remove one"),
        ([{**LIVE, "id": f"{API}/mising-token"}], f"remove it, or did you mean {API}/missing-token?"),
        ([{**LIVE, "id": f"{API}/cookie-token"}], "is OBSERVED, which never fails; remove it"),
        ([{**LIVE, "id": "suprsend/mising-key"}], "remove it, or did you mean suprsend/missing-key?"),
        ([{**LIVE, "id": "onlyautomater/missing-token"}], f"remove it, or did you mean {API}/missing-token?"),
        ("\n", "is empty; write [] if nothing is waived"),
        (["x"], "is not a list of waivers"),
        ("a: b", "is not a list of waivers"),
        ("[", "is not YAML"),
        ("- {id: x, owner: a, owner: b}", "duplicate key 'owner' in line 1, column 21"),
    ],
)
def test_waivers_that_cannot_be_used_are_status_2(tmp_path, waivers, says):
    done, report = run(tmp_path, proof.reference_of(API)(), waivers)

    assert (done.exit_code, done.stdout, report) == (2, "", None)
    assert says in done.stderr
