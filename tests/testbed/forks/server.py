"""A process that has our commands imported, and becomes one of them in a fork of itself.

To import them takes two thirds of a second, which is most of what a command takes. It ends when its input ends.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import marshal
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

# What most commands import as they go.
_USUAL = (
    "conformance.command.cli",
    "conformance.command.run",
    "conformance.judge.engine",
    "conformance.judge.suites",
    "mockserver.command.cli",
    "mockserver.command.serve",
    "mockserver.command.run",
    "mockserver.command.banner",
    "mockserver.http.server",
    "mockserver.stub",
)


class ForkServer:
    """Forks for each connection, and says there which process that is, and in the end its exit status."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._connections: dict[int, socket.socket] = {}
        self._died = socket.socketpair()
        for end in self._died:
            end.setblocking(False)
        signal.set_wakeup_fd(self._died[1].fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> Callable[[], Any] | None:
        """Fork until the input ends; return the command that a fork has to run, and nothing in the server itself."""
        for source in (self._listener, self._died[0], sys.stdin):
            self._selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    asked, streams = _receive_command(connection)
                    _import_usual()
                    pid = os.fork()
                    if pid == 0:
                        connection.close()
                        os.setpgid(0, 0)
                        return self._become_command(asked, streams)
                    os.setpgid(pid, pid)  # also here, for who knows which of the two comes first
                    for stream in streams:
                        os.close(stream)
                    self._connections[pid] = connection
                    with suppress(ConnectionError):
                        connection.sendall(pid.to_bytes(8))
                    self._selector.register(connection, selectors.EVENT_READ, pid)
                elif key.fileobj is self._died[0]:
                    self._died[0].recv(4096)
                    self._tell_who_ended()
                elif key.fileobj is sys.stdin:
                    for pid in self._connections:
                        os.killpg(pid, signal.SIGKILL)
                    return None
                elif key.data in self._connections:  # who asked for the command was killed
                    self._selector.unregister(key.fileobj)
                    os.killpg(key.data, signal.SIGKILL)

    def _tell_who_ended(self) -> None:
        while self._connections:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            connection = self._connections.pop(pid)
            if connection in self._selector.get_map():
                self._selector.unregister(connection)
            with connection, suppress(ConnectionError):
                connection.sendall(status.to_bytes(8))

    def _become_command(self, asked: bytes, streams: list[int]) -> Callable[[], Any]:
        """Be as if the shell had started this process."""
        module, sys.argv, folder, variables = marshal.loads(asked)  # noqa: S302  sent by our own client
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for one in (self._listener, *self._died, *self._connections.values()):
            one.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        os.environ.clear()
        os.environb.update(variables)
        # To the end of the process, as they always are.
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", closefd=False, errors="backslashreplace", buffering=1)  # noqa: SIM115
        return importlib.import_module(module).main


def _receive_command(connection: socket.socket) -> tuple[bytes, list[int]]:
    """Receive what is to be run and the three streams of it."""
    size, streams, *_ = socket.recv_fds(connection, 8, 3)
    with connection.makefile("rb") as sent:
        return sent.read(int.from_bytes(size)), streams


def _import_usual() -> None:
    """Import what most commands import, when the first is asked for."""
    if _USUAL[-1] not in sys.modules:
        for name in _USUAL:
            importlib.import_module(name)
        gc.collect()
        gc.freeze()


def _end_at_once() -> None:
    """End without clearing up what was imported, which takes a tenth of a second; all else has been done."""
    if exit_status is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_status)


if __name__ == "__main__":
    exit_status: int | None = None
    atexit.register(_end_at_once)  # the first one that is registered is the last one that is called
    with socket.socket(fileno=int(sys.argv[1])) as asked_at:
        command = ForkServer(asked_at).run()
    if command is not None:
        try:
            command()
            exit_status = 0
        except SystemExit as ended:
            exit_status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            raise
