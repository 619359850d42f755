"""The stub that some settings describe.

What the slow imports bring is imported inside the functions: a mistake on the command line is reported before them.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mockserver.command.settings import Auth, Settings
from mockserver.http.listening_socket import is_loopback
from mockserver.http.problems import CannotStart
from mockserver.services.chosen import read_chosen, take_chosen
from mockserver.services.service import Service
from openapi.terminal_text import clean_line

if TYPE_CHECKING:
    from mockserver.dispatch.call_log import CallLog
    from mockserver.stub import Stub

_STORE_PREFIX = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def refuse_useless_verify_hmac(settings: Settings, built_in: list[Service]) -> None:
    """Raise CannotStart where ``--verify-hmac`` has no effect."""
    if not settings.verify_hmac:
        return
    from mockserver.auth.schemes import SIGNATURE, credential_kind
    from mockserver.services import openapi_file

    if settings.auth is Auth.off:
        raise CannotStart("--verify-hmac verifies nothing with --auth off; leave one of them out")
    served = [*built_in, *(openapi_file.load_service(file) for file in settings.spec)]
    if not any(credential_kind(scheme) == SIGNATURE for one in served for scheme in one.schemes.values()):
        names = ", ".join(one.name for one in served)
        raise CannotStart(f"--verify-hmac verifies nothing: {names} takes no signed requests; leave it out")


def check_store_settings(settings: Settings) -> None:
    """Raise CannotStart for settings that do not go together with a store, or cannot be its prefix."""
    if not _STORE_PREFIX.fullmatch(settings.store_prefix):
        raise CannotStart("--store-prefix: use 1 to 64 letters, digits and any of . _ : -")
    if settings.workers > 1 and settings.store is None:
        raise CannotStart(
            f"--workers {settings.workers} needs --store: each process would keep sessions of its own, and calls of "
            "one caller would meet different ones"
        )
    if settings.workers > 1 and not hasattr(os, "fork"):
        raise CannotStart(
            f"--workers {settings.workers}: this system has no fork; start several stubs on one --store"
        )
    if settings.store is not None and settings.state is not None:
        raise CannotStart("--state has no use with --store, which keeps the state; leave one of them out")


def build_stub(settings: Settings, built_in: list[Service], call_log: CallLog | None = None) -> Stub:
    """Build the stub that serves *built_in* and the OpenAPI files, and load its state."""
    from mockserver.command.files.state_file import load_state
    from mockserver.services import openapi_file
    from mockserver.stub import Options, Stub

    options = Options(
        is_strict_sessions=settings.strict_sessions,
        session_ttl_s=settings.session_ttl,
        session_limit=settings.max_sessions,
        journal_limit=settings.journal,
        journal_bytes=settings.journal_memory * 1024 * 1024,
        maximum_body_bytes=settings.max_body,
        admin_hosts=settings.allow_host,
        admin_token=settings.admin_token,
        verify_hmac=settings.verify_hmac,
        call_log=call_log,
        store_url=settings.store,
        store_prefix=settings.store_prefix,
        has_metrics=settings.metrics,
        has_traces=settings.otel,
    )
    from_files = openapi_file.load_services(
        settings.spec, keeps_state=settings.state_by_path, items_file=settings.items
    )
    services = take_chosen_settings([*built_in, *from_files], settings)
    stub = Stub(services, seed=settings.seed, mode=settings.auth.value, options=options)
    if settings.state is not None:
        load_state(settings.state, stub)
    if settings.store is not None:
        import asyncio

        asyncio.run(stub.sessions.check_start())
    return stub


def take_chosen_settings(services: Sequence[Service], settings: Settings) -> list[Service]:
    """Make *services* that take the alternatives that the settings choose, and say what a report could not.

    Raises CannotStart.
    """
    sources = list(read_chosen(settings.choices, settings.choose, settings.like))
    chosen = take_chosen(services, sources)
    for source in sources:
        if source.notice and not settings.quiet:
            print(f"mockserver: {clean_line(source.notice)}", file=sys.stderr)
    return chosen


def ensure_admin_token(settings: Settings) -> str | None:
    """Generate an admin token if other machines can reach the control plane and no token is set.

    Returns the line that tells the user the token, or None if none was generated.
    """
    if settings.admin_token is not None or is_loopback(settings.host):
        return None
    settings.admin_token = secrets.token_urlsafe(24)
    return f"mockserver: /__admin asks for this token: {settings.admin_token}"
