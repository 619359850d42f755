"""`conformance choices REPORT`: the file with which the stub answers like the server of a report."""

import json

import pytest
import yaml

from conformance import proof
from conformance.proof.messages import Response
from conformance.suite.choice import load_choices
from tests.conformance.command.commands import conformance, served

API = "suprsend"
ENDINGS = "\n\r\x0b\x0c\x1c\x85\u2028\u2029\x00"  # of lines, for somebody


def report(folder, *observed, api=API, **members):
    """Write a report.json by hand that has seen so many choices, with these *members* besides."""
    requirements = [
        {"id": f"{api}/{number}", "level": "OBSERVED", "status": "observed", "observed": one}
        for number, one in enumerate(observed)
    ]
    whole = {"schema": 1, "api": api, "verdict": "conformant", "partial": True, "requirements": requirements}
    (folder / "report.json").write_text(json.dumps(whole | members))
    return folder


def answering_silence():
    """Make a server that never answers what is asked about an unknown channel."""

    class Silent(proof.reference_of(API)):
        def answer(self, request):
            return Response(0, is_silent=True) if b"pigeon" in request.body else super().answer(request)

    return Silent()


def saw(alternative, detail="seen", choice="unknown-channel"):
    return {"choice": choice, "alternative": alternative, "detail": detail}


def test_report_of_a_run_becomes_a_file_of_choices(tmp_path):
    with served(tmp_path, proof.reference_of(API)()) as profile:
        conformance("run", profile, "--only", "unknown-channel", "--report-dir", tmp_path)
    done = conformance("choices", tmp_path)

    assert done.exit_code == 0
    assert yaml.safe_load(done.stdout) == {API: {"unknown-channel": "refused-400"}}
    assert conformance("choices", tmp_path / "report.json").stdout == done.stdout
    for choice in load_choices(API).values():
        why = choice.unobserved or "it was not asked"
        comment = f"  # {choice.id}: not told ({why}); the default is {choice.default}"
        assert choice.id == "unknown-channel" or comment in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        (saw("ignored"), "unknown-channel: ignored"),
        (saw("other", "409"), "# unknown-channel: other (409); the default is refused-400"),
        (saw(None, "silent"), "# unknown-channel: not told (silent); the default is refused-400"),
        (saw("eaten", "409"), "# unknown-channel: other (eaten: 409); the default is refused-400"),
    ],
)
def test_what_is_no_alternative_keeps_the_default(tmp_path, seen, line):
    told = saw("reads-as-default", choice="invalid-request")
    done = conformance("choices", report(tmp_path, seen, told))

    assert f"  {line}" in done.stdout.splitlines()


@pytest.mark.parametrize("alternative", ["other", f"ignored{ENDINGS}unknown-channel: ignored"])
def test_words_of_a_server_end_no_comment(tmp_path, alternative):
    said = (
        "".join(f"{ending}unknown-channel: ignored" for ending in ENDINGS)
        + "x" * 5000
        + " # *a &b !!python/x"
    )
    done = conformance("choices", report(tmp_path, saw(alternative, said)))

    assert yaml.safe_load(done.stdout) == {API: {}}
    assert len(done.stdout.splitlines()) == 2 + len(load_choices(API))
    assert max(map(len, done.stdout.splitlines())) < 500


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (
            [None],
            "tells no choice: only some of the requirements were asked; run",
        ),
        ([{"choice": "unknown-channel", "alternative": None}], "tells no choice: only some of"),
        ([{"choice": 5}], "is not a report.json: requirements.0.observed.choice: "),
    ],
)
def test_report_without_choices_is_one_clear_line(tmp_path, seen, says):
    done = conformance("choices", report(tmp_path, *seen))

    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert says in done.stderr


def test_report_on_an_api_without_choices_is_one_clear_line(tmp_path):
    done = conformance("choices", report(tmp_path, saw("ignored"), api="lib\nrary"))

    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "is a report on lib rary, whose contract names no choices" in done.stderr


def test_report_of_a_run_that_told_nothing_becomes_no_file(tmp_path):
    """Written over the file that is committed, an empty one would take all its choices away."""
    with served(tmp_path, answering_silence()) as profile:
        conformance("run", profile, "--only", "unknown-channel", "--report-dir", tmp_path)
    done = conformance("choices", tmp_path)

    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert ": tells no choice: " in done.stderr


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"mode": "read-only"}, "--mode read-only"),
        ({}, "only some of the requirements were asked"),
        ({"partial": False, "verdict": "no_verdict", "reason": "gone\n\x1b"}, r"no verdict, gone \x1b"),
        ({"partial": False}, None),
    ],
)
def test_what_a_part_of_a_run_could_not_tell_is_counted(tmp_path, members, why):
    done = conformance("choices", report(tmp_path, saw("ignored"), **members))
    count = len(load_choices(API))

    assert done.exit_code == 0
    assert done.stderr == (
        f"conformance: {count - 1} of {count} choices could not be told: {why}\n" if why else ""
    )


def test_file_says_what_it_was_seen_of(tmp_path):
    members = {
        "target": {"name": f"Staging{ENDINGS}suprsend: {{}}", "base_url": "https://staging"},
        "started": "2026-12-01T10:00:00+00:00",
        "seed": 7,
        "suite": {"version": "1.2"},
    }
    done = conformance("choices", report(tmp_path, saw("ignored"), **members))
    first = done.stdout.splitlines()[0]

    assert first.startswith("# How Staging")
    assert first.endswith(" chose on 2026-12-01T10:00:00+00:00: --mode full, --seed 7, conformance 1.2")
    assert yaml.safe_load(done.stdout) == {API: {"unknown-channel": "ignored"}}
