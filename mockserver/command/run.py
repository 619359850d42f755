"""A command run beside the stub: ``mockserver run -- npm test``."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import TYPE_CHECKING

from mockserver.command.build import (
    build_stub,
    check_store_settings,
    ensure_admin_token,
    refuse_useless_verify_hmac,
)
from mockserver.command.files.call_log import open_call_log
from mockserver.command.files.contract_watch import check_watch_setting, watch_contracts
from mockserver.command.files.locked_files import lock_files, save_state, write_ready_file
from mockserver.command.settings import Settings
from mockserver.http import listening_socket
from mockserver.http.problems import CannotStart
from mockserver.services.service import select_built_in_services

if TYPE_CHECKING:
    from mockserver.http.connection import Application
    from mockserver.stub import Stub

RUN = "run"
_RELAYED = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def run_command(settings: Settings, command: Sequence[str]) -> int:
    """Serve what *settings* describe while *command* runs, and return the command's status.

    The command finds the stub's address and credentials in its environment.
    Raises CannotStart if the stub cannot start or there is no such command.
    """
    with serve_beside(settings, RUN) as variables:
        return _start_and_wait(command, {**os.environ, **variables})


@contextmanager
def serve_beside(settings: Settings, what: str) -> Iterator[dict[str, str]]:
    """Serve what *settings* describe from a thread, for the length of a with block; save the state after it.

    Yields the variables that say where the stub is and what it accepts. what: the command that needs the stub.
    Raises CannotStart.
    """
    with lock_files(settings), open_call_log(settings, is_beside_command=True) as call_log:
        token_notice = ensure_admin_token(settings)
        built_in = select_built_in_services(settings.api, settings.fixtures, settings.spec)
        refuse_useless_verify_hmac(settings, built_in)
        check_store_settings(settings)
        if settings.workers > 1:
            raise CannotStart(f"{what} starts one process; leave out --workers")
        is_watching = check_watch_setting(settings, is_usual=False)
        stub = build_stub(settings, built_in, call_log)
        if token_notice:
            print(token_notice, file=sys.stderr)
        served = watch_contracts(stub) if is_watching else nullcontext(stub.application)
        with served as application, _serve_in_thread(application, stub, settings) as variables:
            yield variables
        save_state(settings, stub)


@contextmanager
def _serve_in_thread(application: Application, stub: Stub, settings: Settings) -> Iterator[dict[str, str]]:
    from mockserver.command.banner import print_flaws
    from mockserver.http.server import ServerThread

    listener = listening_socket.open_socket(settings.host, settings.port)
    url = listening_socket.socket_url(listener)
    # Before the start: from then on the sessions belong to the server's thread.
    variables = asyncio.run(_make_variables(stub, url))
    server = ServerThread(application, listener)
    server.start()
    try:
        if not settings.quiet:
            print_flaws(stub, url)
        write_ready_file(settings, url)
        if settings.admin_token is not None:
            variables["MOCKSERVER_ADMIN_TOKEN"] = settings.admin_token
        yield variables
    finally:
        server.stop()


async def _make_variables(stub: Stub, url: str) -> dict[str, str]:
    session = stub.sessions.default
    variables = {"MOCKSERVER_URL": url}
    if stub.issuer.takes_tokens:
        variables["MOCKSERVER_TOKEN"] = stub.issuer.issue_token(session, {"ttl_s": 24 * 3600})[0]
    if stub.issuer.takes_keys:
        variables["MOCKSERVER_API_KEY"] = await stub.issuer.issue_key(session, "write")
    await stub.sessions.close()
    return variables


def _start_and_wait(command: Sequence[str], environment: dict[str, str]) -> int:
    with _relay_signals() as relay:
        try:
            child = subprocess.Popen(list(command), env=environment)  # noqa: S603 - the user's own command
        except OSError as error:
            raise CannotStart(f"cannot run {command[0]}: {error.strerror}") from None
        relay.set_child(child)
        status = child.wait()
    # As a shell does: a command that signal 9 ended has the status 137.
    return status if status >= 0 else 128 - status


class _SignalRelay:
    """Sends the signals of this process on to a child, those before the child started as well."""

    def __init__(self) -> None:
        self._waiting: list[int] = []
        self._child: subprocess.Popen[bytes] | None = None

    def __call__(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT and _is_at_terminal():
            return  # the terminal sends it to the child as well, and many commands take a second one for "at once"
        if self._child is None:
            self._waiting.append(number)
        else:
            self._child.send_signal(number)

    def set_child(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        for number in self._waiting:
            child.send_signal(number)


@contextmanager
def _relay_signals() -> Iterator[_SignalRelay]:
    """Catch the signals that would end this process and leave its child behind."""
    relay = _SignalRelay()
    before = {number: signal.signal(number, relay) for number in _RELAYED}
    try:
        yield relay
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_at_terminal() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False
