"""`conformance diff` and `run --against`: what changed by id, and nothing else."""

import json

import pytest
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.proof.messages import Response
from conformance.proof.server import serve

API = "suprsend"


class Open(proof.reference_of(API)):
    """Lets everybody in."""

    def answer(self, request):
        return super().answer(request) if request.headers.get("authorization") else Response(202, {})


def conformance(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def run(folder, server, *options):
    """Run a few requirements into *folder*."""
    folder.mkdir(exist_ok=True)
    with serve(server) as url:
        (folder / "target.yaml").write_text(json.dumps(server.profile(url)))
        only = ["--only", "missing-key", "--only", "tenant", "--only", "category-is-the-slug"]
        return conformance("run", folder / "target.yaml", *only, "--report-dir", folder, *options)


def report(folder, name, verdict="conformant", *, api=API, partial=False, **statuses):
    """Write a report.json by hand; every status is that of a MUST."""
    requirements = [
        {"id": f"{api}/{id_}", "level": "MUST", "status": status, "reason": f"seen by {name}"}
        for id_, status in statuses.items()
    ]
    file = folder / f"{name}.json"
    whole = {"schema": 1, "api": api, "verdict": verdict, "partial": partial, "requirements": requirements}
    file.write_text(json.dumps(whole))
    return file


def test_two_runs_of_one_server_differ_in_nothing(tmp_path):
    for name in ("old", "new"):
        run(tmp_path / name, Open())
    old, new = (tmp_path / name / "report.json" for name in ("old", "new"))
    done = conformance("diff", old, new)

    assert old.read_text() != new.read_text()
    assert (done.exit_code, done.stdout, done.stderr) == (0, "nothing changed\n", "")


def test_what_changed_is_told_by_id(tmp_path):
    old = report(tmp_path, "old", a="passed", b="failed", c="not_tested", d="passed", e="passed")
    new = report(
        tmp_path, "new", "not_conformant", a="failed", b="passed", c="inconclusive", d="passed", f="passed"
    )
    done = conformance("diff", old, new)

    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "verdict       conformant -> not conformant",
        f"newly failed  {API}/a: passed -> failed: seen by new",
        f"newly passed  {API}/b: failed -> passed",
        f"changed       {API}/c: not tested -> inconclusive: seen by new",
        f"new           {API}/f: passed",
        f"gone          {API}/e: was passed",
    ]


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("passed", "failed", 1),
        ("passed", "inconclusive", 1),
        ("waived", "failed", 1),
        ("not_tested", "inconclusive", 1),
        ("failed", "passed", 0),
        ("failed", "waived", 0),
        ("observed", "passed", 0),
        ("passed", "observed", 0),
    ],
)
def test_status_says_whether_something_got_worse(tmp_path, before, after, status):
    done = conformance("diff", report(tmp_path, "old", a=before), report(tmp_path, "new", a=after))

    assert done.exit_code == status
    assert done.stdout.count("\n") == 1


def test_partial_report_is_compared_where_both_asked(tmp_path):
    old = report(tmp_path, "old", "not_conformant", a="passed", b="failed")
    new = report(tmp_path, "new", partial=True, a="failed")
    done = conformance("diff", old, new)

    assert (done.exit_code, done.stdout.splitlines()) == (
        1,
        [f"newly failed  {API}/a: passed -> failed: seen by new"],
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        ("{", "is not a report.json"),
        ("{}", "is not a report.json: schema: "),
        ("\xff", "is not"),
    ],
)
def test_file_that_is_no_report_is_status_2(tmp_path, content, says):
    old = tmp_path / "old.json"
    if content is not None:
        old.write_bytes(content.encode("latin-1"))
    done = conformance("diff", report(tmp_path, "new", a="passed"), old)

    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{old}: " in done.stderr
    assert says in done.stderr


def test_reports_on_two_apis_are_not_compared(tmp_path):
    done = conformance("diff", report(tmp_path, "old"), report(tmp_path, "new", api="onlyautomator"))

    assert done.exit_code == 2
    assert "compare reports on one API" in done.stderr


def test_folder_of_reports_will_do(tmp_path):
    old, new = ((tmp_path / name) for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
        report(folder, "report", a="passed")
    done = conformance("diff", old, new)

    assert (done.exit_code, done.stdout, done.stderr) == (0, "nothing changed\n", "")


def test_report_to_compare_with_stays_where_its_folder_is_named_and_the_run_does_not_start(tmp_path):
    old = report(tmp_path, "report")
    done = conformance("run", tmp_path / "none.yaml", "--report-dir", tmp_path, "--against", tmp_path)

    assert done.exit_code == 2
    assert old.exists()


@pytest.mark.parametrize("named", ["report.json", "."])
def test_run_says_what_changed_since(tmp_path, named):
    run(tmp_path, proof.reference_of(API)())
    done = run(tmp_path, Open(), "--against", tmp_path / named)
    told = done.stdout.partition("since the earlier report\n")[2]

    assert done.exit_code == 1
    assert told.startswith(f"newly failed  {API}/missing-key: passed -> failed: expected ")
    assert told.count("\n") == 1


def test_report_to_compare_with_is_read_before_anything_is_asked(tmp_path):
    done = run(tmp_path, Open(), "--against", tmp_path / "none.json")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "cannot be read" in done.stderr


def choosing(folder, name, alternative, status="observed"):
    """Write a report of one requirement, which sees a choice."""
    file = report(folder, name, a=status)
    whole = json.loads(file.read_text())
    seen = {"choice": "unknown-channel", "alternative": alternative, "detail": f"seen\nby \x1b[31m{name}"}
    whole["requirements"][0]["observed"] = alternative and seen
    file.write_text(json.dumps(whole))
    return file


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("refused-418", "refused-451", "other (refused-418: a) -> other (refused-451: b)"),
        ("refused-451", "refused-451", None),  # the detail alone, which may hold a time
        (None, "refused-451", None),  # as was before what is unlisted was told
    ],
)
def test_change_between_what_the_contract_does_not_list_is_told(tmp_path, before, after, line):
    files = [choosing(tmp_path, "old", "other"), choosing(tmp_path, "new", "other")]
    for file, unlisted, detail in zip(files, (before, after), "ab", strict=True):
        whole = json.loads(file.read_text())
        whole["requirements"][0]["observed"] |= {"unlisted": unlisted, "detail": detail}
        file.write_text(json.dumps(whole))
    expected = f"choice        {API}/unknown-channel: {line}" if line else "nothing changed"

    assert conformance("diff", *files).stdout == f"{expected}\n"


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("ignored", "refused-422", "ignored -> refused-422"),
        ("ignored", "other", r"ignored -> other (seen by \x1b[31mnew)"),
        ("ignored", "ignored", None),
        ("other", "other", None),
        (None, "ignored", "the earlier report tells nothing of choices"),
    ],
)
def test_changed_choice_is_told_and_nothing_worse(tmp_path, before, after, line):
    done = conformance("diff", choosing(tmp_path, "old", before), choosing(tmp_path, "new", after))

    assert done.exit_code == 0
    subject = f"{API}/unknown-channel: " if before else ""
    expected = f"choice        {subject}{line}" if line else "nothing changed"
    assert done.stdout == f"{expected}\n"


def test_choice_that_was_not_asked_about_this_time_is_no_change(tmp_path):
    old = choosing(tmp_path, "old", "ignored", "observed")
    new = choosing(tmp_path, "new", "refused-422", "inconclusive")

    assert conformance("diff", old, new).stdout.splitlines() == [
        f"changed       {API}/a: observed -> inconclusive: seen by new"
    ]


class Ignorant(proof.reference_of(API)):
    """Ignores a channel that does not exist."""

    def _read_channels(self, body, member):
        named = body.get(member)
        return super()._read_channels({member: named and [one for one in named if one != "pigeon"]}, member)


def test_changed_choice_is_shown_wherever_changes_are(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    only = ["--only", "unknown-channel"]
    for server, name, against in (
        (Ignorant.__base__(), "old", ()),
        (Ignorant(), "new", ("--against", tmp_path / "old")),
    ):
        with serve(server) as url:
            (tmp_path / "target.yaml").write_text(json.dumps(server.profile(url)))
            done = conformance(
                "run", tmp_path / "target.yaml", *only, "--report-dir", tmp_path / name, *against
            )

    change = f"{API}/unknown-channel: refused-400 -&gt; ignored"
    assert f"choice        {API}/unknown-channel: refused-400 -> ignored" in done.stdout
    assert f"<pre>choice {change}</pre>" in (tmp_path / "summary.md").read_text()
    link = f'<a href="#{API}/unknown-channel">{API}/unknown-channel</a>'
    page = (tmp_path / "new/report.html").read_text()
    assert f'<li><b class="">choice</b> <span>{link}: refused-400 → ignored</span></li>' in page
