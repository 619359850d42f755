"""Alternatives are chosen on the command line, in the environment and in files; what there is not is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import openapi
from openapi.choices import read_choices
from tests.testbed.stubs import run_command


def show_choice(*words: str | Path, **variables: str) -> str:
    """Return the line about unknown channels that the command prints."""
    ran = run_command("--quiet", *words, "choices", **variables)
    assert ran.stderr == ""
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith("    unknown-channel: ")]
    return line.strip()


def write_report(file: Path, *observed: Any, **more: Any) -> Path:
    requirements = [{"id": f"suprsend/{number}", "observed": one} for number, one in enumerate(observed)]
    file.write_text(json.dumps({"api": "suprsend", "requirements": requirements, **more}))
    return file


def see(choice: str, alternative: str | None) -> dict[str, str | None]:
    return {"choice": choice, "alternative": alternative, "detail": "as it was seen"}


def test_choices_are_printed_with_the_default_and_what_is_in_force():
    usual, other = show_choice(), show_choice("--choose", "suprsend/unknown-channel=ignored")

    assert usual.startswith("unknown-channel: refused-400 (default, in force), refused-422, ")
    assert other == usual.replace("(default, in force)", "(default)").replace("ignored", "ignored (in force)")


def test_alternatives_come_from_the_command_line_the_environment_and_files(tmp_path, monkeypatch):
    chosen = tmp_path / "choices.yaml"
    chosen.write_text("suprsend:\n  unknown-channel: ignored\n  # both-lists: not told\nonlyautomator:\n")
    ignored = show_choice("--choices", chosen)

    assert "ignored (in force)" in ignored
    assert show_choice(MOCKSERVER_CHOICES=str(chosen)) == ignored
    assert show_choice(MOCKSERVER_CHOOSE="suprsend/unknown-channel=ignored") == ignored
    assert "refused-422 (in force)" in show_choice(
        "--choices", chosen, "--choose", "suprsend/unknown-channel=refused-422"
    )
    monkeypatch.chdir(tmp_path)
    Path("mockserver.toml").write_text('choose = ["suprsend/unknown-channel=ignored"]\n')
    assert show_choice() == ignored


def test_report_says_what_an_implementation_does(tmp_path):
    report = write_report(
        tmp_path / "report.json", None, see("unknown-channel", "ignored"), see("retired", "kept")
    )

    assert "ignored (in force)" in show_choice("--like", report)
    assert "ignored (in force)" in show_choice("--like", tmp_path)
    assert "refused-422 (in force)" in show_choice(
        "--like", report, "--choose", "suprsend/unknown-channel=refused-422"
    )


def test_report_is_told_of_in_one_line_unless_quiet(tmp_path):
    report = write_report(
        tmp_path / "report.json",
        see("unknown-channel", "ignored"),
        see("invalid-request", "other"),
        see("locked-category", None),
        see("both-lists", "a-retired-one"),
        see("retired\x1b[2J", "kept"),
        *(see(f"retired-{number}", None) for number in range(9)),
    )
    ran = run_command("--like", report, "choices")
    number = len(read_choices(openapi.load_contract("suprsend")))

    retired = ", ".join(f"retired-{number}" for number in range(9))
    assert ran.stderr == (
        f"mockserver: {report}: 1 of {number} choices of suprsend are taken, {number - 2} were not told; "
        f"not known here: retired [2J, {retired} and 1 more\n"
    )


def test_several_files_and_reports_add_up(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("suprsend: {unknown-channel: ignored, invalid-request: refused-422}\n")
    Path("b.yaml").write_text("onlyautomator: {source-form: null}\n")
    report = {"api": "onlyautomator", "requirements": [{"observed": see("source-form", "null")}]}
    Path("b.json").write_text(json.dumps(report))
    write_report(Path("a.json"), see("unknown-channel", "ignored"), see("invalid-request", "refused-422"))
    files = run_command("--choices", "a.yaml", "--choices", "b.yaml", "choices").stdout

    for wanted in ("unknown-channel: ", "invalid-request: ", "source-form: "):
        lines = [line for line in files.splitlines() if line.startswith(f"    {wanted}")]
        assert any(" (in force)" in line for line in lines), wanted
    assert run_command("--like", "a.json", "--like", "b.json", "choices").stdout == files
    assert run_command("choices", MOCKSERVER_CHOICES="a.yaml:b.yaml").stdout == files
    Path("mockserver.toml").write_text('choices = ["a.yaml", "b.yaml"]\n')
    assert run_command("choices").stdout == files


def test_choices_of_the_named_apis_alone_are_listed():
    listed = run_command("--api", "suprsend", "choices").stdout

    assert listed.startswith("suprsend\n========\n")
    assert "onlyautomator\n" not in listed


def test_choices_of_one_api_are_printed():
    listed, mistyped = run_command("choices", "suprsend"), run_command("choices", "suprsnd")

    assert listed.stdout.startswith("suprsend\n========\n")
    assert "onlyautomator\n" not in listed.stdout
    assert mistyped.stderr == "mockserver: suprsnd: is no API here; did you mean 'suprsend'?\n"


@pytest.mark.parametrize("alternatives", [["other"], [None], ["a-retired-one"], ["ignored", "refused-422"]])
def test_what_a_report_could_not_name_is_the_default(tmp_path, alternatives):
    report = write_report(tmp_path / "report.json", *(see("unknown-channel", one) for one in alternatives))

    assert "refused-400 (default, in force)" in show_choice("--like", report)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--choose", "suprsend/unknown-chanel=ignored"],
         "suprsend/unknown-chanel is not a choice; did you mean 'unknown-channel'?"),
        (["--choose", "suprsend/unknown-channel=ignore"],
         "suprsend/unknown-channel: ignore is not an alternative; did you mean 'ignored'?"),
        (["--choose", "suprsnd/unknown-channel=ignored"],
         "suprsnd: is no API with choices; did you mean 'suprsend'?"),
        (["--choose", "unknown-channel=ignored"],
         "--choose unknown-channel=ignored: write API/ID=NAME, such as suprsend/unknown-channel=ignored"),
        (["--choices", "none.yaml"], "none.yaml: cannot be read: No such file or directory"),
        (["--choices", "list.yaml"], "list.yaml: must have an API's choices under its name, such as "),
        (["--choose", "suprsend/xyz=ignored"],
         "suprsend/xyz is not a choice; `mockserver choices` lists them all"),
        (["--choices", "typing.yaml"],
         "typing.yaml: suprsend/unknown-chanel is not a choice; did you mean 'unknown-channel'?"),
        (["--choices", "null.yaml"], "null.yaml: suprsend/unknown-channel: null is not an alternative; "),
        (["--choices", "api.yaml"], "api.yaml: suprsnd: is no API with choices; did you mean 'suprsend'?"),
        (["--like", "newer.json"],
         "newer.json: names no choice of suprsend that is known here; run this version of conformance again"),
        (["--choices", "number.yaml"], "number.yaml: suprsend/unknown-channel: 400 is not an alternative; known are "),
        (["--choices", "broken.yaml"], "broken.yaml: is not YAML: "),
        (["--like", "list.yaml"], "list.yaml: is not a report.json of conformance run"),
        (["--like", "old.json"], "old.json: says nothing of choices; run this version of conformance again"),
        (["--choices", "foreign.json"], "foreign.json: is a report of conformance run; --like reads what it says"),
        (["--like", "foreign.json"], "foreign.json: is about petstore, which is no built-in API"),
    ],
)  # fmt: skip
def test_mistake_is_one_line_that_names_the_nearest(tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    Path("list.yaml").write_text("- suprsend\n")
    Path("number.yaml").write_text("suprsend: {unknown-channel: 400}\n")
    Path("typing.yaml").write_text("suprsend: {unknown-chanel: ignored}\n")
    Path("null.yaml").write_text("suprsend: {unknown-channel: null}\n")
    Path("api.yaml").write_text("suprsnd: {unknown-channel: ignored}\n")
    write_report(Path("newer.json"), see("retired", "kept"))
    Path("broken.yaml").write_text("suprsend: [")
    write_report(Path("old.json"), None)
    write_report(Path("foreign.json"), see("a", "b"), api="petstore", verdict="conformant")
    ran = run_command(*words, "choices")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"mockserver: {said}")
    assert len(ran.stderr.splitlines()) == 1


def test_choices_of_an_own_contract_are_listed_and_chosen_as_well(tmp_path):
    choice = {
        "id": "tea-leaves",
        "reason": "Nobody \x1b[2Jsays.",
        "default": "kept",
        "alternatives": {"kept": "", "read": "by an \x1b[2Jold woman"},
    }
    answers = {"200": {"description": "Tea", "x-choice": choice}}
    file = tmp_path / "tea.json"
    file.write_text(
        json.dumps(
            {
                "openapi": "3.0.3",
                "info": {"title": "Tea", "version": "1"},
                "paths": {"/tea\x1b[2J": {"get": {"responses": answers}}},
            }
        )
    )
    ran = run_command("--spec", file, "--choose", "tea/tea-leaves=read", "choices")

    assert (
        "    Nobody  [2Jsays.\n    tea-leaves: kept (default), read (in force)\n        read: by an  [2Jold woman\n"
        in ran.stdout
    )
    assert "\x1b" not in ran.stdout


def test_exported_kit_follows(tmp_path):
    chosen = "suprsend/invalid-request=refused-422"
    assert run_command("--choose", chosen, "export", "--api", "suprsend", tmp_path / "kit").returncode == 0
    contract = yaml.safe_load((tmp_path / "kit/openapi/suprsend.yaml").read_text())

    category = contract["paths"]["/v1/object/{object_type}/{id}/preference/category/{category_slug}"]
    assert "422" in category["patch"]["responses"]
    assert "422" in (tmp_path / "kit/msw/suprsend.js").read_text()
