"""The command line of the stub."""

from __future__ import annotations

import gc
import sys
import warnings
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

import openapi
from mockserver import listener
from mockserver.problems import CannotStart
from mockserver.service import services

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


class Auth(StrEnum):
    """How credentials are checked."""

    strict = "strict"
    shape = "shape"
    off = "off"


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


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    api: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Serve this API; repeat for more. Default: all.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port to listen on; 0 picks a free one.")
    ] = 4010,
    seed: Annotated[int, typer.Option(help="What identifiers are drawn from.")] = 0,
    fixtures: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML that replaces the fixtures of the APIs it names."),
    ] = None,
    auth: Annotated[
        Auth, typer.Option(help="strict checks credentials, shape only their form, off asks for none.")
    ] = Auth.strict,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the URL.")] = False,
    version: Annotated[  # noqa: ARG001 - the callback has done the work
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Serve stateful stand-ins for the preference APIs of OnlyAutomator and SuprSend."""
    if context.invoked_subcommand is not None:
        return
    # What can be wrong with the command line is found before the slow imports.
    known = services(api, fixtures)
    socket = listener.listen(host, port)
    url = listener.url(socket)
    from mockserver.banner import banner
    from mockserver.server import Stub
    from mockserver.serving import Server

    stub = Stub(known, seed=seed, mode=auth.value)
    announcement = url if quiet else banner(stub, url)
    # What is loaded by now stays to the end: no collection need look at it again, the last one least of all.
    gc.freeze()
    Server(stub.door, lambda: print(announcement, flush=True)).run(sockets=[socket])


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
) -> None:
    """Print a credential that the stub accepts: a token, or the default key of an API that takes keys."""
    from mockserver.credential import credential

    print(credential(api, sub, role, ttl))


@app.command()
def choices() -> None:
    """Print where the documents are silent and what was chosen, and why."""
    for name in openapi.names():
        print(f"{name}\n{'=' * len(name)}")
        for where, why in openapi.choices(openapi.load(name)):
            print(f"{where}\n    {why}")
        print()
