"""The commands besides run: what they print, and what is refused as misuse."""

import json
import re

import pytest

from conformance import proof
from conformance.judge.suites import collect_requirements
from conformance.proof.messages import Response
from conformance.proof.nonsense import NONSENSE_SERVERS
from conformance.suite.requirement import LEVELS
from tests.conformance.command.commands import APIS, conformance, served, written


@pytest.mark.parametrize("api", APIS)
def test_doctor_says_what_a_run_writes(api, tmp_path):
    with served(tmp_path, proof.reference_of(api)()) as profile:
        done = conformance("doctor", profile)

    assert (done.exit_code, done.stderr) == (0, "")
    assert "reachable, main credential accepted, main fixtures known" in done.stdout
    assert "A run " in done.stdout


@pytest.mark.parametrize("command", ["doctor", "run"])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nobody listens", "cannot connect to http://127.0.0.1:"),
        ("nobody listens", "; start the server, or check the port of base_url"),
        ("hangs", "no answer from http://127.0.0.1:"),
        ("always 401", "credentials."),
        ("always 404", "fixtures."),
    ],
)
def test_target_that_cannot_be_judged(command, name, says, tmp_path):
    with NONSENSE_SERVERS[name]() as url:
        profile = proof.reference_of("suprsend")().profile(url)
        file = written(tmp_path, {**profile, "patience": {"timeout_s": 0.3}})
        done = conformance(command, file, *(["--report-dir", tmp_path] if command == "run" else []))

    assert done.exit_code == 3
    assert says in done.stdout + done.stderr
    if command == "run":
        assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "no_verdict"


@pytest.mark.parametrize("api", APIS)
def test_404_names_the_url_for_a_base_url_may_hold_the_path_already(api, tmp_path):
    with NONSENSE_SERVERS["always 404"]() as url:
        done = conformance("doctor", written(tmp_path, proof.reference_of(api)().profile(f"{url}/api")))

    assert re.search(rf" answered 404 (\S+ )?at {re.escape(url)}/api/\S+; ", done.stderr)


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (302, {"location": "https://login.example.com/"}, "was answered 302, to https://login.example.com/"),
        (200, {"content-type": "text/html"}, "was answered 200, text/html"),
        (429, {"retry-after": "3600"}, "was answered 429, to wait 3600"),
        (500, {}, "was answered 500"),
    ],
)
def test_doctor_does_not_call_a_closed_door_open(status, headers, says, tmp_path):
    class Closed(proof.reference_of("suprsend")):
        def answer(self, _request):
            return Response(status, b"<h1>Welcome</h1>", headers)

    with served(tmp_path, Closed()) as profile:
        done = conformance("doctor", profile)

    assert (done.exit_code, done.stdout) == (3, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("api", APIS)
def test_list_prints_every_requirement(api):
    done = conformance("list", api)
    lines = done.stdout.splitlines()

    assert [line.split("\t")[0] for line in lines] == [one.id for one in collect_requirements(api)]
    assert all(line.split("\t")[1] in LEVELS for line in lines)
    assert conformance("list").stdout.startswith(conformance("list", APIS[0]).stdout)


def test_list_as_json_has_what_a_report_says_of_a_requirement():
    done = conformance("list", "suprsend", "--json", "--level", "MUST", "--level", "SHOULD")
    listed = json.loads(done.stdout)

    assert [one["id"] for one in listed] == [
        one.id for one in collect_requirements("suprsend") if one.level != "OBSERVED"
    ]
    assert set(listed[0]) == {"id", "level", "text", "source", "reading"}


@pytest.mark.parametrize("api", APIS)
def test_init_prints_a_profile(api):
    done = conformance("init", api)

    assert (done.exit_code, done.stderr) == (0, "")
    assert f"\napi: {api}\n" in done.stdout
    assert "# " in done.stdout


@pytest.mark.parametrize("api", APIS)
def test_init_writes_the_address_that_is_given(api):
    printed = conformance("init", api, "--base-url", "http://127.0.0.1:4010").stdout

    assert "\nbase_url: http://127.0.0.1:4010 " in printed
    assert "your-server" not in printed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["init", "suprsend", "--base-url", "127.0.0.1:4010"],
            "--base-url 127.0.0.1:4010: is no address; write one",
        ),
        (["init", "suprsend", "--base-url", "http://a b"], "--base-url http://a b: is no address"),
        (["init", "onlyautomat"], "did you mean 'onlyautomator'?"),
        (["list", "onlyautomat"], "did you mean 'onlyautomator'?"),
        *(
            ([command, "mine.yaml"], "'mine.yaml' is no name of an API; give an OpenAPI file with --spec")
            for command in ("init", "list")
        ),
        (
            ["explain", "suprsend"],
            "suprsend: is an API and no requirement; 'suprsend/*' names all that it has",
        ),
        (["init"], "init: name an API, or an OpenAPI file with --spec"),
        (
            ["init", "suprsend", "--spec", "mine.yaml"],
            "init: an API is named and a file of --spec as well; keep one",
        ),
        (["run", "no-such-file.yaml"], "no-such-file.yaml: cannot be read"),
        (["doctor", "no-such-file.yaml"], "no-such-file.yaml: cannot be read"),
        (["run"], "TARGET.yaml"),
        (["judge"], "judge"),
        (["list", "--level", "must"], "--level must: is no level; there are MUST, SHOULD, OBSERVED"),
        (["run", "x.yaml", "--seed", "many"], "--seed"),
        (["run", "x.yaml", "--budget", "0s"], "--budget 0s: has to be more than zero"),
        (["run", "x.yaml", "--budget", "soon"], "--budget soon: is not a duration"),
        (["run", "x.yaml", "--report-dir", ""], "--report-dir: is empty; name a folder"),
        (["run", "x.yaml", "--report-dir", "/dev/null/x"], "--report-dir /dev/null/x: cannot be made"),
    ],
)
def test_misuse_is_status_2_and_no_traceback(arguments, says):
    done = conformance(*arguments)

    assert done.exit_code == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["init", "--help"], ["list", "--help"]])
def test_help_is_there(arguments):
    done = conformance(*arguments)

    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: conformance")


def test_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert conformance("--version").stdout == f"conformance {version('preference-api-testbench')}\n"
