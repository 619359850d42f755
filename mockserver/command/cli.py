"""The command line of the stub."""

from __future__ import annotations

import gc
import os
import secrets
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_origin, get_type_hints

import typer

import openapi
from mockserver.export.atomic_file import write_atomically
from mockserver.http import socket as listener
from mockserver.http.problems import CannotStart
from mockserver.services.service import Service, services

if TYPE_CHECKING:
    from mockserver.command.settings import Kind
    from mockserver.stub import Stub

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


class Auth(StrEnum):
    """How credentials are checked."""

    strict = "strict"
    shape = "shape"
    off = "off"


@dataclass
class Settings:
    """What the flags, the environment and the config file say together."""

    api: list[str]
    spec: list[Path]
    host: str
    port: int
    seed: int
    fixtures: Path | None
    state: Path | None
    auth: Auth
    verify_hmac: bool
    strict_sessions: bool
    session_ttl: float
    max_sessions: int
    journal: int
    allow_host: list[str]
    admin_token: str | None
    ready_file: Path | None
    quiet: bool


def main() -> None:
    """Run the command; what cannot be done is one line on standard error and exit status 2."""
    # Whoever chooses a short secret for a stand-in on his own machine knows what it is worth.
    warnings.filterwarnings("ignore", "The HMAC key is", UserWarning)
    try:
        app()
    except (CannotStart, openapi.UnknownApi, openapi.BadSpec) as error:
        print(f"mockserver: {error}", file=sys.stderr)
        sys.exit(2)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"mockserver {version('preference-api-testbench')}")
        raise typer.Exit


def _configure(context: typer.Context, file: Path | None) -> Path | None:
    from mockserver.command import settings as config

    kinds = {name: _kind(annotation) for name, annotation in get_type_hints(Settings).items()}
    config.check(os.environ, kinds)
    if file is None and not config.DEFAULT.is_file():
        return None
    context.default_map = config.read(file or config.DEFAULT, kinds)
    return file


def _kind(annotation: Any) -> Kind:
    if get_origin(annotation) is list:
        return "list"
    kinds: dict[Any, Kind] = {bool: "flag", int: "integer", float: "number"}
    return kinds.get(annotation, "text")


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    api: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", envvar="MOCKSERVER_API", help="Serve this API; repeat for more. Default: all."
        ),
    ] = None,
    spec: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            envvar="MOCKSERVER_SPEC",
            help="Serve this OpenAPI 3.0 file from its examples; repeat for more. --api then names the built-in ones.",
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(envvar="MOCKSERVER_HOST", help="The address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, envvar="MOCKSERVER_PORT", help="The port to listen on; 0 picks a free one."
        ),
    ] = 4010,
    seed: Annotated[
        int, typer.Option(envvar="MOCKSERVER_SEED", help="What identifiers and dice are drawn from.")
    ] = 0,
    fixtures: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MOCKSERVER_FIXTURES",
            help="YAML that replaces the fixtures of the APIs it names.",
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MOCKSERVER_STATE",
            help="JSON to load the state from and save it to at the end.",
        ),
    ] = None,
    auth: Annotated[
        Auth,
        typer.Option(
            envvar="MOCKSERVER_AUTH",
            help="strict checks credentials, shape only their form, off asks for none.",
        ),
    ] = Auth.strict,
    verify_hmac: Annotated[
        bool,
        typer.Option(
            "--verify-hmac",
            envvar="MOCKSERVER_VERIFY_HMAC",
            help="Compute the signature of signed requests, with --auth shape too; otherwise its form will do.",
        ),
    ] = False,
    strict_sessions: Annotated[
        bool,
        typer.Option(
            "--strict-sessions",
            envvar="MOCKSERVER_STRICT_SESSIONS",
            help="Refuse a call that names no session.",
        ),
    ] = False,
    session_ttl: Annotated[
        float,
        typer.Option(
            min=0.001, envvar="MOCKSERVER_SESSION_TTL", help="Forget a session idle for so many seconds."
        ),
    ] = 3600,
    max_sessions: Annotated[
        int,
        typer.Option(
            min=1,
            envvar="MOCKSERVER_MAX_SESSIONS",
            help="Keep so many sessions; the longest idle goes first.",
        ),
    ] = 10_000,
    journal: Annotated[
        int,
        typer.Option(
            min=0, envvar="MOCKSERVER_JOURNAL", help="Keep so many calls in the journal of a session."
        ),
    ] = 1000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            envvar="MOCKSERVER_ALLOW_HOST",
            help="Answer /__admin under this host name too; repeat for more.",
        ),
    ] = None,
    admin_token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN",
            envvar="MOCKSERVER_ADMIN_TOKEN",
            help="What /__admin asks for. Made up and printed where others can reach it; better in the environment.",
        ),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", envvar="MOCKSERVER_READY_FILE", help="Write the URL to this file once it answers."
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", envvar="MOCKSERVER_QUIET", help="Print only the URL.")
    ] = False,
    config: Annotated[  # noqa: ARG001 - the callback has done the work
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MOCKSERVER_CONFIG",
            callback=_configure,
            is_eager=True,
            help="TOML with these settings. Default: mockserver.toml, where there is one.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - the callback has done the work
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Serve stateful stand-ins for the preference APIs of OnlyAutomator and SuprSend."""
    context.obj = Settings(
        api or [],
        spec or [],
        host,
        port,
        seed,
        fixtures,
        state,
        auth,
        verify_hmac,
        strict_sessions,
        session_ttl,
        max_sessions,
        journal,
        allow_host or [],
        admin_token or None,
        ready_file,
        quiet,
    )
    if context.invoked_subcommand is None:
        _serve(context.obj)


@app.command()
def token(
    api: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The API to make it for. Default: the first that takes tokens."),
    ] = None,
    sub: Annotated[str | None, typer.Option(help="The user; default: the fixtures' own.")] = None,
    role: Annotated[
        str, typer.Option(help="The role claim; another than authenticated is 403.")
    ] = "authenticated",
    ttl: Annotated[int, typer.Option(help="Lifetime in seconds; a negative one has expired already.")] = 3600,
    defect: Annotated[
        str | None,
        typer.Option(
            help="expired, not_yet_valid, bad_signature, alg_none, wrong_audience, wrong_role or malformed."
        ),
    ] = None,
    session: Annotated[str | None, typer.Option(metavar="ID", help="The session the token carries.")] = None,
) -> None:
    """Print a credential that the stub accepts: a token, or the default key of an API that takes keys."""
    from mockserver.command.token import credential

    print(credential(api, {"sub": sub, "role": role, "ttl_s": ttl, "defect": defect}, session))


@app.command()
def choices() -> None:
    """Print where the documents are silent and what was chosen, and why."""
    for name in openapi.api_names():
        print(f"{name}\n{'=' * len(name)}")
        for where, why in openapi.list_choices(openapi.load_contract(name)):
            print(f"{where}\n    {why}")
        print()


@app.command()
def export(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that is empty, not there, or an earlier export.")
    ],
    api: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Export this API; repeat for more. Default: all."),
    ] = None,
    spec: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Export this OpenAPI 3.0 file; repeat for more."),
    ] = None,
    fixtures: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML that replaces the fixtures of the APIs it names."),
    ] = None,
) -> None:
    """Write contracts, fixtures, TypeScript types, MSW handlers and a Postman collection of each API to a folder."""
    settings: Settings = context.obj
    settings.api = api or settings.api
    settings.spec = spec or settings.spec
    settings.fixtures = fixtures or settings.fixtures
    from mockserver.export.folder import Folder

    target = Folder(folder)  # looked at before the slow imports
    own = _own(settings)
    from mockserver.export.kit import kit
    from mockserver.services import openapi_file as guest

    files = kit(own, [guest.service(file) for file in settings.spec])
    target.write(files)
    print(f"mockserver: wrote {len(files)} files; {folder / 'README.md'} says what each is for")


@app.command(context_settings={"ignore_unknown_options": True})
def run(
    context: typer.Context,
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND [ARGUMENT]...")],
) -> None:
    """Start the stub, run a command that finds it in its environment, and end with the command's status.

    MOCKSERVER_URL, MOCKSERVER_TOKEN and MOCKSERVER_API_KEY tell it where the stub is and what it accepts. The port
    is a free one unless --port names it.
    """
    from mockserver.command.run import run as run_command

    settings: Settings = context.obj
    if command[0].startswith("-"):
        raise CannotStart(f"{command[0]} comes too late; write mockserver {command[0]} ... run -- COMMAND")
    source = context.parent.get_parameter_source("port") if context.parent else None
    if source is not None and source.name == "DEFAULT":
        settings.port = 0
    with _kept(settings):
        made_up = _lock(settings)
        stub = _stub(settings, _served(settings))
        if made_up:
            print(made_up, file=sys.stderr)
        tell = partial(_write_ready, settings)
        status = run_command(command, stub, settings.host, settings.port, settings.admin_token, tell)
        _save(settings, stub)
    raise typer.Exit(status)


def _own(settings: Settings) -> list[Service]:
    return [] if settings.spec and not settings.api else services(settings.api, settings.fixtures)


def _served(settings: Settings) -> list[Service]:
    """Gather our own APIs to serve, and refuse to verify signatures where none counts."""
    own = _own(settings)
    if settings.verify_hmac:
        from mockserver.auth.security import SIGNATURE, kind
        from mockserver.services import openapi_file as guest

        if settings.auth is Auth.off:
            raise CannotStart("--verify-hmac verifies nothing with --auth off; leave one of them out")
        served = [*own, *(guest.service(file) for file in settings.spec)]
        if not any(kind(scheme) == SIGNATURE for one in served for scheme in one.schemes.values()):
            names = ", ".join(one.name for one in served)
            raise CannotStart(
                f"--verify-hmac verifies nothing: {names} takes no signed requests; leave it out"
            )
    return own


def _stub(settings: Settings, own: list[Service]) -> Stub:
    from mockserver.command import state_file
    from mockserver.services import openapi_file as guest
    from mockserver.stub import Options, Stub

    options = Options(
        is_strict_sessions=settings.strict_sessions,
        session_ttl_s=settings.session_ttl,
        session_limit=settings.max_sessions,
        journal_limit=settings.journal,
        admin_hosts=settings.allow_host,
        admin_token=settings.admin_token,
        verify_hmac=settings.verify_hmac,
    )
    guests = [guest.service(file) for file in settings.spec]
    stub = Stub([*own, *guests], seed=settings.seed, mode=settings.auth.value, options=options)
    if settings.state is not None:
        state_file.load(settings.state, stub)
    return stub


def _lock(settings: Settings) -> str | None:
    """Make up a token for the control plane where others can reach it and none was given, and say so in a line."""
    if settings.admin_token is not None or listener.is_loopback(settings.host):
        return None
    settings.admin_token = secrets.token_urlsafe(24)
    return f"mockserver: /__admin asks for this token: {settings.admin_token}"


def _save(settings: Settings, stub: Stub) -> None:
    from mockserver.command import state_file

    if settings.state is not None:
        try:
            state_file.save(settings.state, stub)
        except state_file.CannotSave as error:
            print(f"mockserver: {error}", file=sys.stderr, flush=True)


def _serve(settings: Settings) -> None:
    # What can be wrong with the command line is found before the slow imports.
    own = _served(settings)
    socket = listener.listen(settings.host, settings.port)
    url = listener.url(socket)
    with _kept(settings) as kept:
        made_up = _lock(settings)
        stub = _stub(settings, own)
        from mockserver.command.banner import banner
        from mockserver.http.server import Server

        def ready() -> None:
            if made_up:
                print(made_up, file=sys.stderr, flush=True)
            print(url if settings.quiet else banner(stub, url), flush=True)
            _write_ready(settings, url)

        def stopped() -> None:
            _save(settings, stub)
            kept.close()  # a signal ends the process before this block does

        # What is loaded by now stays to the end: no collection need look at it again, the last one least of all.
        gc.freeze()
        # And what a request leaves behind is freed by counting references; cycles are rare.
        gc.set_threshold(50_000, 20, 20)
        hang_up = getattr(signal, "SIGHUP", None)  # a terminal that is closed; nohup has it ignored
        if hang_up is not None and signal.getsignal(hang_up) is signal.SIG_DFL:
            signal.signal(hang_up, lambda *_: signal.raise_signal(signal.SIGTERM))
        Server(stub.door, ready, stopped).run(sockets=[socket])


@contextmanager
def _kept(settings: Settings) -> Iterator[ExitStack]:
    """Have the files that others look at for ourselves: no address of an earlier stub, no state of another one."""
    file = settings.ready_file
    try:
        if file is not None:
            file.unlink(missing_ok=True)
            write_atomically(file, "")
            file.unlink()
    except OSError as error:
        raise CannotStart(f"--ready-file {file}: cannot be written: {error.strerror}") from None
    with ExitStack() as stack:
        if settings.state is not None:
            from mockserver.command import state_file

            stack.enter_context(state_file.locked(settings.state))
        if file is not None:
            stack.callback(file.unlink, missing_ok=True)
        yield stack


def _write_ready(settings: Settings, url: str) -> None:
    if settings.ready_file is not None:
        write_atomically(settings.ready_file, f"{url}\n")
