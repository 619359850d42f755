"""`conformance choices REPORT`: the file with which the stub answers like the server of a report."""

import json

import pytest
import yaml

from conformance import proof
from conformance.suite.choice import load_choices
from tests.conformance.command.commands import conformance, served

API = "suprsend"
ENDINGS = "\n\r\x0b\x0c\x1c\x85\u2028\u2029\x00"  # of lines, for somebody


def report(folder, *observed, api=API):
    """Write a report.json by hand that has seen so many choices."""
    requirements = [
        {"id": f"{api}/{number}", "level": "OBSERVED", "status": "observed", "observed": one}
        for number, one in enumerate(observed)
    ]
    whole = {"schema": 1, "api": api, "verdict": "conformant", "partial": True, "requirements": requirements}
    (folder / "report.json").write_text(json.dumps(whole))
    return folder


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
    done = conformance("choices", report(tmp_path, seen))

    assert f"  {line}" in done.stdout.splitlines()


@pytest.mark.parametrize("alternative", ["other", None, f"ignored{ENDINGS}unknown-channel: ignored"])
def test_words_of_a_server_end_no_comment(tmp_path, alternative):
    said = (
        "".join(f"{ending}unknown-channel: ignored" for ending in ENDINGS)
        + "x" * 5000
        + " # *a &b !!python/x"
    )
    done = conformance("choices", report(tmp_path, saw(alternative, said)))

    assert yaml.safe_load(done.stdout) == {API: {}}
    assert len(done.stdout.splitlines()) == 1 + len(load_choices(API))
    assert max(map(len, done.stdout.splitlines())) < 500


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (
            [None],
            "says nothing of choices; it is of an earlier version, or of a run that asked about none; run",
        ),
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
