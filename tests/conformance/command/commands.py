"""The commands of the judge, in this process or in one of their own, and targets for them."""

import json
from contextlib import contextmanager

from typer.testing import CliRunner

import openapi
from conformance import proof
from conformance.command.cli import app
from conformance.proof.messages import Response
from conformance.proof.server import serve

APIS = openapi.api_names()
# What a run writes into its folder, in the order of the alphabet.
REPORT_FILES = [
    "badge.json",
    "gl-code-quality-report.json",
    "junit.xml",
    "report.html",
    "report.json",
    "report.sarif",
    "requests.har",
]


def conformance(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, list(map(str, arguments)), prog_name="conformance")


@contextmanager
def served(folder, server, **changes):
    """Serve a server that brings its profile, and write that to a file."""
    with serve(server) as url:
        yield written(folder, {**server.profile(url), **changes})


def written(folder, profile):
    """Write a profile to a file of *folder*."""
    file = folder / "target.yaml"
    file.write_text(json.dumps(profile))
    return file


def altered(api, **overrides):
    """Make a reference server whose answers go through a function."""
    reference = proof.reference_of(api)
    return type("Altered", (reference,), overrides)()


def answering(status):
    return lambda _self, _request: Response(status, {"code": status})
