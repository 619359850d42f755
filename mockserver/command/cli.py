"""The command line of the stub: its flags, its subcommands and their help.

What only some of them need is imported inside the functions: help and a mistake come before the slow imports.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

import openapi
from mockserver.command.group import AGENT, SERVE, StubCommands, list_set_options
from mockserver.command.options import admin, limits, monitoring, sharing
from mockserver.command.options import choices as choice_options
from mockserver.command.options import contracts as contract_options
from mockserver.command.options.eager import load_settings_file, print_version
from mockserver.command.settings import Auth, Settings
from mockserver.http.problems import CannotStart
from openapi.command_line import HELP_OPTIONS
from openapi.terminal_text import clean_line

app = typer.Typer(
    cls=StubCommands,
    subcommand_metavar="[COMMAND] ...",
    context_settings={"help_option_names": HELP_OPTIONS},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command; a mistake is one line on standard error and exit status 2."""
    # A short secret is good enough for a stub on one's own machine.
    warnings.filterwarnings("ignore", "The HMAC key is", UserWarning)
    try:
        app(prog_name="mockserver")
    except (CannotStart, openapi.UnknownApi, openapi.BadSpec) as error:
        for line in str(error).splitlines():
            print(f"mockserver: {clean_line(line)}", file=sys.stderr)
        sys.exit(2)


@app.command(SERVE)
@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    api: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            envvar="MOCKSERVER_API",
            autocompletion=openapi.api_names,
            help="Serve this API; repeat for more. Default: all.",
        ),
    ] = None,
    spec: contract_options.Contracts = None,
    watch: contract_options.Watch = None,
    state_by_path: contract_options.KeepsState = False,
    items: contract_options.Items = None,
    host: Annotated[
        str, typer.Option(envvar="MOCKSERVER_HOST", help="The address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            "--port",
            "-p",
            min=0,
            max=65535,
            envvar="MOCKSERVER_PORT",
            help="The port to listen on; 0 picks a free one.",
        ),
    ] = 4010,
    seed: Annotated[
        int, typer.Option(envvar="MOCKSERVER_SEED", help="The seed of identifiers and random faults.")
    ] = 0,
    fixtures: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MOCKSERVER_FIXTURES",
            help="A YAML file that replaces the fixtures of the APIs it names.",
        ),
    ] = None,
    choices: choice_options.ChoicesFiles = None,
    choose: choice_options.Chosen = None,
    like: choice_options.Reports = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MOCKSERVER_STATE",
            help="A JSON file: the state is loaded from it at the start and saved to it at the end.",
        ),
    ] = None,
    store: sharing.Store = None,
    store_prefix: sharing.StorePrefix = "mockserver",
    workers: sharing.Workers = 1,
    auth: Annotated[
        Auth,
        typer.Option(
            envvar="MOCKSERVER_AUTH",
            help="strict checks credentials, shape checks only their form, off requires none. "
            "MOCKSERVER_JWT_SECRET and MOCKSERVER_JWKS name the secret and the public keys of tokens.",
        ),
    ] = Auth.strict,
    verify_hmac: Annotated[
        bool,
        typer.Option(
            "--verify-hmac",
            envvar="MOCKSERVER_VERIFY_HMAC",
            help="Check the signature of signed requests, with --auth shape too. "
            "By default any signature of the right form is accepted.",
        ),
    ] = False,
    strict_sessions: Annotated[
        bool,
        typer.Option(
            "--strict-sessions",
            envvar="MOCKSERVER_STRICT_SESSIONS",
            help="Refuse a call that names no session, or one that POST /__admin/sessions did not start.",
        ),
    ] = False,
    session_ttl: limits.SessionTtl = 3600,
    max_sessions: limits.MaxSessions = 10_000,
    journal: limits.JournalLength = 1000,
    journal_memory: limits.JournalMemory = 256,
    max_body: limits.MaxBody = 1024 * 1024,
    allow_host: admin.AllowedHosts = None,
    admin_token: admin.AdminToken = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MOCKSERVER_READY_FILE",
            help="Write the URL to this file once the server answers.",
        ),
    ] = None,
    quiet: monitoring.Quiet = False,
    verbose: monitoring.Verbose = False,
    log_level: monitoring.ShownCalls = None,
    log_file: monitoring.LogFile = None,
    metrics: monitoring.HasMetrics = False,
    otel: monitoring.HasTraces = False,
    config: Annotated[  # noqa: ARG001 - the callback does the work
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="MOCKSERVER_CONFIG",
            callback=load_settings_file,
            is_eager=True,
            help="A TOML file with these settings. Default: mockserver.toml, if it exists.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - the callback does the work
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Serve stateful stubs of the preference APIs of OnlyAutomator and SuprSend."""
    if context.parent is not None:  # called as a subcommand, whose options the group has taken already
        _start_stub(context.obj)
        return
    context.obj = Settings(
        api=api or [],
        spec=spec or [],
        watch=watch,
        state_by_path=state_by_path,
        items=items,
        host=host,
        port=port,
        seed=seed,
        fixtures=fixtures,
        choices=choices or [],
        choose=choose or [],
        like=like or [],
        state=state,
        store=store or None,
        store_prefix=store_prefix,
        workers=workers,
        auth=auth,
        verify_hmac=verify_hmac,
        strict_sessions=strict_sessions,
        session_ttl=session_ttl,
        max_sessions=max_sessions,
        journal=journal,
        journal_memory=journal_memory,
        max_body=max_body,
        allow_host=allow_host or [],
        admin_token=admin_token or None,
        ready_file=ready_file,
        quiet=quiet,
        verbose=verbose,
        log_level=log_level,
        log_file=log_file,
        metrics=metrics,
        otel=otel,
    )
    if context.invoked_subcommand is None:
        _start_stub(context.obj)


def _start_stub(settings: Settings) -> None:
    from mockserver.command.serve import serve_until_signal

    serve_until_signal(settings)


@app.command()
def token(
    context: typer.Context,
    api: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=openapi.api_names,
            help="The API that the credential is for. Default: the first API that takes tokens.",
        ),
    ] = None,
    sub: Annotated[
        str | None, typer.Option(help="The user that the token names. Default: the user in the fixtures.")
    ] = None,
    role: Annotated[
        str, typer.Option(help="The role claim; any role but authenticated is answered 403.")
    ] = "authenticated",
    ttl: Annotated[
        int, typer.Option(help="The lifetime in seconds; a negative one makes an expired token.")
    ] = 3600,
    defect: Annotated[
        str | None,
        typer.Option(
            help="Make a bad token: expired, not_yet_valid, bad_signature, alg_none, wrong_audience, "
            "wrong_role or malformed."
        ),
    ] = None,
    session: Annotated[
        str | None, typer.Option(metavar="ID", help="The session that the token leads to.")
    ] = None,
) -> None:
    """Print a credential that the stub accepts: a token, or the default key of an API that takes keys."""
    from mockserver.command.token import make_credential

    settings: Settings = context.obj
    wanted = {"sub": sub, "role": role, "ttl_s": ttl, "defect": defect}
    print(make_credential(api, wanted, session, settings.fixtures))


@app.command("choices")
def print_choices(
    context: typer.Context,
    apis: Annotated[
        list[str] | None, typer.Argument(metavar="API", help="Only of these; without a name, of all.")
    ] = None,
) -> None:
    """Print what the documents leave open, what we chose there and why, and what else can be chosen."""
    from mockserver.command.choices import list_choices

    for line in list_choices(context.obj, apis or ()):
        print(line)


@app.command()
def check(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="An OpenAPI file, in YAML or JSON; several may follow."),
    ],
    strict: contract_options.IsStrict = False,
    shows_all: contract_options.ShowsAll = False,
) -> None:
    """Print the flaws of OpenAPI files, with place, cost and what to do, and how much can be served."""
    from mockserver.command.check import check_contract

    flaws, refused = 0, []
    for file in files:
        try:
            checked = check_contract(file, shows_all=shows_all)
        except (CannotStart, openapi.BadSpec) as error:
            refused.append(str(error))
            continue
        flaws += checked.flaws
        for line in checked.lines:
            print(clean_line(line))
    if refused:
        raise CannotStart("\n".join(refused))
    if strict and flaws:
        raise typer.Exit(1)


@app.command()
def export(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="An empty folder, one that does not exist yet, or an earlier export."
        ),
    ],
    api: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            autocompletion=openapi.api_names,
            help="Export this API; repeat for more. Default: all.",
        ),
    ] = None,
    spec: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Export this OpenAPI file; repeat for more."),
    ] = None,
    fixtures: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A YAML file that replaces the fixtures of the APIs it names."),
    ] = None,
) -> None:
    """Write each API's contract, fixtures, TypeScript types, MSW handlers and Postman collection to a folder."""
    settings: Settings = context.obj
    settings.api = api or settings.api
    settings.spec = spec or settings.spec
    settings.fixtures = fixtures or settings.fixtures
    from mockserver.export.folder import Folder

    target = Folder(folder)  # checked before the slow imports
    from mockserver.command.build import take_chosen_settings
    from mockserver.export.kit import build_kit
    from mockserver.services import openapi_file
    from mockserver.services.service import select_built_in_services

    built_in = select_built_in_services(settings.api, settings.fixtures, settings.spec)
    from_files = [openapi_file.load_service(file) for file in settings.spec]
    services = take_chosen_settings([*built_in, *from_files], settings)
    files = build_kit(services[: len(built_in)], services[len(built_in) :])
    target.write(files)
    print(f"mockserver: wrote {len(files)} files; {folder / 'README.md'} says what each is for")


@app.command(context_settings={"ignore_unknown_options": True}, options_metavar="[OPTIONS] --")
def run(
    context: typer.Context,
    command: Annotated[
        list[str], typer.Argument(metavar="COMMAND", help="The command to run, and its arguments.")
    ],
) -> None:
    """Start the stub, run a command beside it, and exit with the command's status.

    The command finds the stub's URL and credentials in MOCKSERVER_URL, MOCKSERVER_TOKEN and MOCKSERVER_API_KEY. A free
    port is used unless --port names one.
    """
    settings: Settings = context.obj
    if command[0].startswith("-"):
        raise CannotStart(
            f"{command[0]} belongs before run; write mockserver {command[0]} ... run -- COMMAND"
        )
    _choose_free_port(context)
    from mockserver.command.run import run_command

    status = run_command(settings, command)
    raise typer.Exit(status)


@app.command(AGENT)
def serve_agent(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="MOCKSERVER_URL",
            help="A stub that runs already. Default: start one, on a free port unless --port names one.",
        ),
    ] = None,
) -> None:
    """Let an agent work with a stub: speak MCP on standard input and output; needs the extra [mcp].

    The options of mockserver, which the stub is started with, stand before mcp or behind it.
    """
    settings: Settings = context.obj
    given = list_set_options(context.parent, on_command_line=True)
    _choose_free_port(context)
    from mockserver.command.mcp.command import serve_over_stdio

    serve_over_stdio(settings, url, given)


def _choose_free_port(context: typer.Context) -> None:
    """Let the system pick the port of a stub that is beside something else, unless the user has named one."""
    if context.parent is not None and "port" not in list_set_options(context.parent):
        context.obj.port = 0
