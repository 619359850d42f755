"""A command that is a fork is to whoever starts it as one that is started for itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.testbed.forks.commands import forked_command
from tests.testbed.stubs import MOCKSERVER
from tests.testbed.waiting import wait_until

SCRIPT = "pwd; echo $GREETING $#; cat; echo complaint >&2; exit 3"


@pytest.mark.parametrize("path", [MOCKSERVER, "mockserver"], ids=["itself", "fork"])
def test_words_variables_folder_streams_and_status_are_passed_on(path, tmp_path):
    ran = subprocess.run(
        [path if path == MOCKSERVER else forked_command(path), "run", "--", "sh", "-c", SCRIPT, "a", "b"],
        cwd=tmp_path,
        env={**os.environ, "GREETING": "hello"},
        input="sent",
        capture_output=True,
        text=True,
    )

    assert (ran.stdout, ran.stderr, ran.returncode) == (f"{tmp_path}\nhello 1\nsent", "complaint\n", 3)


def test_command_ends_when_whoever_stands_for_it_is_killed():
    told = [forked_command("mockserver"), "run", "--", sys.executable, "-c", "import os; print(os.getppid())"]
    told[-1] += "; import sys, time; sys.stdout.flush(); time.sleep(20)"
    with subprocess.Popen(told, stdout=subprocess.PIPE, text=True) as client:
        stub = int(client.stdout.readline())
        client.kill()

        def is_over() -> bool:
            try:
                os.kill(stub, 0)
            except ProcessLookupError:
                return True
            return False

        wait_until(is_over)
