"""A command run beside the stub: ``mockserver run -- npm test``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from mockserver.http import server as serving
from mockserver.http import socket as listener
from mockserver.http.problems import CannotStart
from mockserver.stub import Stub

_START_S = 10
_PASSED_ON = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def run(
    command: Sequence[str],
    stub: Stub,
    host: str,
    port: int,
    admin_token: str | None,
    tell: Callable[[str], None],
) -> int:
    """Serve *stub*, run *command* with its address in the environment, and return the command's status.

    admin_token: what the control plane asks for, handed to the command too; None if it asks for nothing.
    tell: called with the address once it answers.
    Raises CannotStart if the address cannot be had or there is no such command.
    """
    socket = listener.listen(host, port)
    ready = threading.Event()
    server = serving.Server(stub.door, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    if not ready.wait(_START_S):
        raise CannotStart(f"the stub did not answer within {_START_S} s")
    try:
        tell(listener.url(socket))
        found = _found_by(stub, listener.url(socket))
        if admin_token is not None:
            found["MOCKSERVER_ADMIN_TOKEN"] = admin_token
        return _status(command, {**os.environ, **found})
    finally:
        server.should_exit = True
        thread.join()


def _found_by(stub: Stub, url: str) -> dict[str, str]:
    session = stub.sessions.default
    found = {"MOCKSERVER_URL": url}
    if stub.mint.takes_tokens:
        found["MOCKSERVER_TOKEN"] = stub.mint.token(session, {"ttl_s": 24 * 3600})[0]
    if stub.mint.takes_keys:
        found["MOCKSERVER_API_KEY"] = stub.mint.key(session, "write")
    return found


def _status(command: Sequence[str], environment: dict[str, str]) -> int:
    with _signals() as came:
        try:
            child = subprocess.Popen(list(command), env=environment)  # noqa: S603 - the user's own command
        except OSError as error:
            raise CannotStart(f"cannot run {command[0]}: {error.strerror}") from None
        came.pass_on_to(child)
        status = child.wait()
    return status if status >= 0 else 128 - status


class _Signals:
    """Passes the signals that came, and those that come, on to a child."""

    def __init__(self) -> None:
        self._came: list[int] = []
        self._child: subprocess.Popen[bytes] | None = None

    def __call__(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT and _is_at_terminal():
            return  # the terminal has told the child as well; twice means something else to many commands
        if self._child is None:
            self._came.append(number)
        else:
            self._child.send_signal(number)

    def pass_on_to(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        for number in self._came:
            child.send_signal(number)


@contextmanager
def _signals() -> Iterator[_Signals]:
    """Catch the signals that would end this process and leave its child behind."""
    came = _Signals()
    before = {number: signal.signal(number, came) for number in _PASSED_ON}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_at_terminal() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False
