"""Our commands as forks of one process that has them imported: they start in a tenth of the time.

What is started is a process of its own for whoever starts it: with its arguments, variables, folder and streams, ended
by signals, and with the exit status of the command. Commands of the wheel, in its own environments, and those of
`MOCKSERVER` are started for themselves.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

COMMANDS = ("mockserver", "conformance")
# The workers find the clients in the folder that this variable names.
_VARIABLE = "FORKED_COMMANDS"
# It passes everything on, also signals, and ends as the command does.
_CLIENT = """#!{python} -IS
import marshal, os, signal, socket, sys
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect({address!r})
    asked = marshal.dumps(("{name}.__main__", sys.argv, os.getcwd(), dict(os.environb)))
    socket.send_fds(connection, [len(asked).to_bytes(8)], [0, 1, 2])
    connection.sendall(asked)
    pid = int.from_bytes(connection.recv(8))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: os.kill(pid, number))
    code = os.waitstatus_to_exitcode(int.from_bytes(connection.recv(8)))
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
"""


def forked_command(name: str) -> str:
    """Return the path of one of our commands that starts as a fork."""
    return str(Path(os.environ[_VARIABLE]) / name)


class ForkServerOfRun:
    """The fork server of all workers of a run; it ends with the process that started the run."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="forked-"))
        address = str(self._folder / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.testbed.forks.server", str(listener.fileno())],
                cwd=Path(__file__).parents[3],
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
                process_group=0,
            )
        for name in COMMANDS:
            client = self._folder / name
            client.write_text(_CLIENT.format(python=sys.executable, address=address, name=name))
            client.chmod(0o755)
        os.environ[_VARIABLE] = str(self._folder)

    def pytest_unconfigure(self) -> None:
        """End it."""
        self._process.communicate()
        shutil.rmtree(self._folder)


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the process that starts the workers, if there are any."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(ForkServerOfRun())
