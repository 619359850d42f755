"""Reports are written whole or not at all, through no link, and a report that is lost costs no verdict."""

import json
import os
import subprocess
import sys

import pytest

from conformance import proof
from conformance.proof.messages import Response
from tests.conformance.command.commands import conformance, served

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
ONLY = ("--only", "missing-key", "--only", "tenant")


class Odd(proof.reference_of("suprsend")):
    """Accepts what lacks a key, so that there are steps to be written."""

    def answer(self, request):
        answer = super().answer(request)
        return Response(202, {}) if answer.status == 401 else answer


def run(tmp_path, *arguments, server=Odd):
    with served(tmp_path, server()) as profile:
        return conformance("run", profile, *ONLY, "--report-dir", tmp_path / "report", *arguments)


def test_full_disk_loses_reports_and_no_verdict(tmp_path):
    """A limit on the size of files stands for the disk: what fits is written, whatever does not is not there."""
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "report.html").write_text("of an earlier run")
    with served(tmp_path, Odd()) as profile:
        # -B: or Python keeps as much of each compiled module as fits, and cannot read it the next time.
        command = [sys.executable, "-B", "-m", "conformance", "run", profile, *ONLY, "--report-dir", folder]
        limited = ["bash", "-c", 'ulimit -f 4; exec "$@"', "bash", *map(str, command)]
        done = subprocess.run(limited, capture_output=True, text=True, check=False, timeout=60)
    (line,) = done.stderr.splitlines()
    lost = line.removeprefix(f"conformance: {folder}: ").partition(" cannot be written: ")[0].split(", ")

    assert done.returncode == 1, done.stderr
    assert "NOT CONFORMANT: 1 MUST failed" in done.stdout
    assert line.endswith(" cannot be written: File too large; the verdict stands without")
    assert {"report.html", "report.json", "requests.har"} <= {*lost}
    assert not {*lost} & {file.name for file in folder.iterdir()}
    assert (folder / "junit.xml").read_text().endswith("</testsuites>\n")
    assert [file.name for file in folder.rglob(".*")] == []
    assert "report.html" not in done.stdout


@needs_pipes
@pytest.mark.parametrize("name", ["report.html", "requests.har", "badge.json"])
def test_pipe_in_the_place_of_a_report_is_told_before_anything_is_sent(tmp_path, name):
    (tmp_path / "report").mkdir()
    os.mkfifo(tmp_path / "report" / name)
    done = run(tmp_path)

    assert done.exit_code == 2
    assert f"{name}: cannot be written: it is a folder, a pipe or a device, and no file" in done.stderr
    assert (tmp_path / "report" / name).is_fifo()


@needs_pipes
def test_pipes_among_the_steps_are_left_alone(tmp_path):
    steps = tmp_path / "report" / "steps"
    steps.mkdir(parents=True)
    for name in ("own.sh", "request-1.answer"):
        os.mkfifo(steps / name)

    assert run(tmp_path).exit_code == 1
    assert {"own.sh", "request-1.answer", "missing-key.sh"} <= {file.name for file in steps.iterdir()}


@needs_pipes
def test_pipe_that_nobody_reads_is_no_summary(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "summary")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    done = run(tmp_path)

    assert done.exit_code == 1
    assert f"GITHUB_STEP_SUMMARY {tmp_path}/summary: cannot be written: " in done.stderr


def test_links_in_the_place_of_reports_are_replaced(tmp_path):
    (tmp_path / "report" / "steps").mkdir(parents=True)
    others = {name: tmp_path / f"other {name[-4:]}" for name in ("report.json", "steps/missing-key.sh")}
    for name, other in others.items():
        other.write_text("of somebody else")
        (tmp_path / "report" / name).symlink_to(other)
    assert run(tmp_path).exit_code == 1

    for name, other in others.items():
        assert other.read_text() == "of somebody else"
        assert not (tmp_path / "report" / name).is_symlink()
    assert json.loads((tmp_path / "report" / "report.json").read_text())["verdict"] == "not_conformant"


def test_steps_are_not_written_through_a_link(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "steps").symlink_to(tmp_path / "elsewhere")
    done = run(tmp_path)

    assert done.exit_code == 2
    assert "steps: cannot be written: it is a link, which may lead anywhere, and no folder" in done.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_folder_of_reports_may_be_a_link(tmp_path):
    """Its user has named it, and knows where it leads."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "report").symlink_to(tmp_path / "elsewhere")

    assert run(tmp_path).exit_code == 1
    assert (tmp_path / "elsewhere" / "steps" / "missing-key.sh").exists()


def test_waivers_are_changed_where_a_link_leads(tmp_path):
    """What it leads to was read as waivers, and a copy in its place would leave them as they were."""
    kept, link = tmp_path / "kept.yaml", tmp_path / "known.yaml"
    kept.write_text("[]\n")
    link.symlink_to(kept)
    done = run(tmp_path, "--write-waivers", link, "--owner", "ada", "--expires", "9999-12-31")

    assert done.exit_code == 1
    assert link.is_symlink()
    assert "suprsend/missing-key" in kept.read_text()


@needs_pipes
def test_waivers_are_written_to_no_pipe(tmp_path):
    os.mkfifo(tmp_path / "known.yaml")
    done = run(
        tmp_path, "--write-waivers", tmp_path / "known.yaml", "--owner", "ada", "--expires", "9999-12-31"
    )

    assert (done.exit_code, done.stdout) == (2, "")
    assert "known.yaml: is no file" in done.stderr
