"""A stub that runs until a signal ends it: ``mockserver``."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from tempfile import TemporaryDirectory

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
from mockserver.command.workers import Workers
from mockserver.http import listening_socket
from mockserver.http.problems import CannotStart
from mockserver.services.service import Service, select_built_in_services

# A thread that writes a long answer gives way to the loop after so long; by Python's default of 5 ms others wait twice
# as long meanwhile.
_TURN_OF_A_THREAD_S = 0.0005


def serve_until_signal(settings: Settings) -> None:
    """Serve what *settings* describe, and print the banner once it answers.

    Raises CannotStart.
    """
    # What can be wrong with the command line is found before the slow imports.
    built_in = select_built_in_services(settings.api, settings.fixtures, settings.spec)
    refuse_useless_verify_hmac(settings, built_in)
    check_store_settings(settings)
    is_watching = check_watch_setting(settings, is_usual=sys.stderr is not None and sys.stderr.isatty())
    with (
        _open_socket(settings, built_in) as listener,
        lock_files(settings) as locked,
        open_call_log(settings) as call_log,
    ):
        url = listening_socket.socket_url(listener)
        token_notice = ensure_admin_token(settings)
        if settings.metrics and settings.workers > 1:
            # The library looks for it when it is imported, which the stub does.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = locked.enter_context(TemporaryDirectory("-mockserver"))
        stub = build_stub(settings, built_in, call_log)
        from mockserver.command.banner import print_flaws, render_banner
        from mockserver.http.server import Server

        def announce() -> None:
            if token_notice:
                print(token_notice, file=sys.stderr, flush=True)
            print(url if settings.quiet else f"{render_banner(stub, url)}\n", flush=True)
            if not settings.quiet:
                print_flaws(stub, url)
            write_ready_file(settings, url)

        def clean_up() -> None:
            save_state(settings, stub)
            locked.close()  # a signal ends the process before this block does

        _tune_garbage_collection()
        sys.setswitchinterval(_TURN_OF_A_THREAD_S)
        _end_with_terminal()
        if settings.workers > 1:
            listeners = listening_socket.open_siblings(listener, settings.workers)
            for sibling in listeners[1:]:
                locked.enter_context(sibling)
            Workers(
                settings.workers,
                lambda place, tell_ready: Server(stub.application, tell_ready).run(
                    sockets=[listeners[place]]
                ),
                announce,
                clean_up,
            ).run()
        else:
            application = locked.enter_context(watch_contracts(stub)) if is_watching else stub.application
            Server(application, announce, clean_up).run(sockets=[listener])


def _open_socket(settings: Settings, built_in: list[Service]) -> socket.socket:
    """Open the socket to listen on.

    Raises CannotStart, for a mistake in the settings rather than for a port that another stub has: who mistypes an
    option while one runs is told of the option.
    """
    try:
        return listening_socket.open_socket(settings.host, settings.port)
    except CannotStart:
        build_stub(settings, built_in)
        raise


def _tune_garbage_collection() -> None:
    # What is loaded by now stays to the end: no collection need look at it again, the last one least of all.
    gc.freeze()
    # What a request leaves behind is freed by counting references; cycles are rare.
    # Few generations at a time: those of a state of many megabytes would hold everybody up.
    gc.set_threshold(50_000, 4, 100)


def _end_with_terminal() -> None:
    """Treat a terminal that is closed as a request to end, so that the state is saved."""
    hang_up = getattr(signal, "SIGHUP", None)
    # With nohup the signal is ignored, and stays so.
    if hang_up is not None and signal.getsignal(hang_up) is signal.SIG_DFL:
        signal.signal(hang_up, lambda *_: signal.raise_signal(signal.SIGTERM))
