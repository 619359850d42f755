"""The command as a process: pipes, signals, Python's options and the folder it stands in."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from conformance import proof
from tests.conformance.command.commands import altered, answering, served


def in_a_process(*arguments, flags=(), **options):
    command = [sys.executable, *flags, "-m", "conformance", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def test_run_outlives_the_reader_of_its_output(tmp_path):
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "conformance", "run", "target.yaml", "--report-dir", "."]
    with served(tmp_path, proof.reference_of("suprsend")()):
        done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, cwd=tmp_path, timeout=120)
    os.close(write_end)

    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "report.json").exists()


def test_interrupt_writes_what_there_is(tmp_path):
    class Slow(proof.reference_of("onlyautomator")):
        def answer(self, request):
            time.sleep(0.1)
            return super().answer(request)

    with served(tmp_path, Slow()) as profile:
        command = [sys.executable, "-m", "conformance", "run", profile, "--report-dir", tmp_path]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while "passed" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        printed, complaint = process.communicate(timeout=60)
    report = json.loads((tmp_path / "report.json").read_text())

    assert process.returncode == 130
    assert complaint == ""
    assert "interrupted" in printed
    assert report["verdict"] == "no_verdict"
    assert {one["status"] for one in report["requirements"]} >= {"passed", "inconclusive"}


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


def test_optimised_python_judges_the_same(tmp_path):
    only = ("--only", "missing-*", "--only", "create-*")
    with served(tmp_path, altered("onlyautomator", answer=answering(200))) as profile:
        lying = in_a_process("run", profile, *only, flags=["-O"])
    with served(tmp_path, proof.reference_of("onlyautomator")()) as profile:
        right = in_a_process("run", profile, *only, flags=["-O"])

    assert (lying.returncode, right.returncode) == (1, 0)


@pytest.mark.parametrize("command", [["run", "none.yaml"], ["list"]])
def test_without_docstrings_there_is_no_verdict(command):
    done = in_a_process(*command, flags=["-OO"])

    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "-OO" in done.stderr


def test_hostile_folder_and_environment_change_nothing(tmp_path):
    """Nor are the generators imported, which take two seconds: the exam of the default seed is drawn already."""
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
    with served(tmp_path, proof.reference_of("onlyautomator")()) as profile:
        before = sorted(tmp_path.iterdir())
        done = in_a_process("run", profile, cwd=tmp_path, env={**os.environ, **hostile})

    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(tmp_path.iterdir()) == before


def test_help_loads_nothing_heavy():
    heavy = {"pytest", "schemathesis", "hypothesis", "httpx2", "pydantic", "yaml"}
    code = f"import sys, conformance.command.cli; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"
