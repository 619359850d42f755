"""The command as a process: pipes, signals, Python's options and the folder it stands in."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from conformance import proof
from tests.conformance.command.commands import altered, answering, served


def test_run_outlives_the_reader_of_its_output(tmp_path):
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "conformance", "run", "target.yaml", "--report-dir", "."]
    command += ["--only", "missing-*"]
    with served(tmp_path, proof.reference_of("suprsend")()):
        done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, cwd=tmp_path, timeout=120)
    os.close(write_end)

    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "report.json").exists()


def test_interrupt_leaves_the_object_opted_in(tmp_path):
    class Remembers(proof.reference_of("suprsend")):
        opted_out = threading.Event()
        wishes = ()

        def answer(self, request):
            Remembers.wishes += (request.body,)
            if b'"opt_out"' in request.body:
                Remembers.opted_out.set()
                time.sleep(0.1)
            return super().answer(request)

    with served(tmp_path, Remembers()) as profile:
        command = [sys.executable, "-m", "conformance", "run", profile]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert Remembers.opted_out.wait(30)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    assert process.returncode == 130
    assert json.loads(Remembers.wishes[-1])["preference"] == "opt_in"


# Runs several commands in one process, and prints how each ended and what it complained of.
SEVERAL = """
import json, sys
from typer.testing import CliRunner
from conformance.command.cli import app
ended = [CliRunner().invoke(app, words) for words in json.loads(sys.argv[1])]
print(json.dumps([[one.exit_code, one.stderr] for one in ended]))
"""


def several_in_a_process(*commands, flag):
    """Run commands in one process of Python with a flag; return the exit status and the complaint of each."""
    command = [sys.executable, flag, "-c", SEVERAL, json.dumps(commands)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


def test_optimised_python_judges_the_same(tmp_path):
    only = ("--only", "missing-*", "--only", "create-*")
    (tmp_path / "lying").mkdir()
    with (
        served(tmp_path / "lying", altered("onlyautomator", answer=answering(200))) as lying,
        served(tmp_path, proof.reference_of("onlyautomator")()) as right,
    ):
        ended = several_in_a_process(["run", str(lying), *only], ["run", str(right), *only], flag="-O")

    assert [status for status, _ in ended] == [1, 0]


def test_without_docstrings_there_is_no_verdict():
    for status, complaint in several_in_a_process(["run", "none.yaml"], ["list"], flag="-OO"):
        assert status == 3
        assert complaint.count("\n") == 1
        assert "-OO" in complaint


# Runs the command, and names what it has imported that judging an API does not need.
RUN_LEAN = """
import atexit, sys
from conformance.__main__ import main
needless = ("conformance.contract", "conformance.drift", "cryptography", "jsonschema", "jsonschema_rs", "jwt", "mcp",
            "mockserver", "pytest", "requests", "starlette", "uvicorn")
atexit.register(lambda: [print(name, file=sys.stderr) for name in needless if name in sys.modules])
main()
"""


def test_hostile_folder_and_environment_change_nothing(tmp_path):
    """Nor are the generators imported, which take two seconds: the exam of the default seed is drawn already.

    Other things that a run of an API does not need are not imported either.
    """
    poisoned = ("conftest.py", "pytest_poison.py", "test_poison.py", "hypothesis.py", "schemathesis.py")
    for name in poisoned:
        (tmp_path / name).write_text("raise SystemExit('poisoned')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p pytest_poison'\n")
    (tmp_path / "schemathesis.toml").write_text("[generation]\nmax-examples = 'poison'\n")
    hostile = {
        "PYTEST_ADDOPTS": "--collect-only",
        "PYTEST_PLUGINS": "pytest_poison",
        "PYTHONWARNINGS": "error",
    }
    hostile |= {
        "http_proxy": "http://127.0.0.1:9",
        "HYPOTHESIS_PROFILE": "poison",
        "CI": "1",
        "COLUMNS": "20",
    }
    command = [sys.executable, "-c", RUN_LEAN, "run", "target.yaml"]
    with served(tmp_path, proof.reference_of("onlyautomator")()):
        before = sorted(tmp_path.iterdir())
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, **hostile},
            capture_output=True,
            text=True,
            timeout=120,
        )

    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(tmp_path.iterdir()) == before


def test_help_loads_nothing_heavy():
    heavy = {"pytest", "schemathesis", "hypothesis", "httpx2", "pydantic", "yaml"}
    code = f"import sys, conformance.command.cli; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
