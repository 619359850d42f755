"""The command line of the stub."""

from __future__ import annotations

import socket
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

import openapi
from mockserver.problems import CannotStart

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


class Auth(StrEnum):
    """How credentials are checked."""

    strict = "strict"
    shape = "shape"
    off = "off"


def main() -> None:
    """Run the command; a mistake is one line on standard error and exit status 2."""
    try:
        app()
    except (CannotStart, openapi.UnknownApi, openapi.BadSpec) as error:
        _fail(str(error))


def _fail(sentence: str) -> NoReturn:
    print(f"mockserver: {sentence}", file=sys.stderr)
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
    from mockserver.banner import banner
    from mockserver.server import Stub

    for name in api or []:
        openapi.path(name)
    stub = Stub(api, seed=seed, fixtures_file=fixtures, mode=auth.value)
    listener = _listen(host, port)
    address, bound = listener.getsockname()[:2]
    url = f"http://[{address}]:{bound}" if ":" in address else f"http://{address}:{bound}"
    _run(stub.door, listener, url if quiet else banner(stub, url))


@app.command()
def token(
    api: Annotated[str, typer.Option(metavar="NAME", help="The API to make it for.")] = "onlyautomator",
    sub: Annotated[str | None, typer.Option(help="The user; default: the fixtures' own.")] = None,
    role: Annotated[
        str, typer.Option(help="The role claim; another than authenticated is 403.")
    ] = "authenticated",
    ttl: Annotated[
        float, typer.Option(help="Lifetime in seconds; a negative one has expired already.")
    ] = 3600,
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


def _listen(host: str, port: int) -> socket.socket:
    """Bind before anything is printed, so that the URL is true."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        _fail(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another --port, or --port 0 for a free one"
        )
    return listener


def _run(stub: Any, listener: socket.socket, announcement: str) -> None:
    import uvicorn

    from mockserver.connection import Connection

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            print(announcement, flush=True)

    config = uvicorn.Config(
        stub,
        http=Connection,
        lifespan="on",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    try:
        Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        print(file=sys.stderr)
