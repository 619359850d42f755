"""Runs with waivers: a server with a known failure, and a run that changes the file of waivers."""

import json
from datetime import UTC, datetime, timedelta

from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.proof.messages import Response
from conformance.proof.server import serve

API = "onlyautomator"
TODAY = datetime.now(UTC).date()
LIVE = {
    "id": f"{API}/missing-token",
    "reason": "known",
    "owner": "ada",
    "expires": str(TODAY + timedelta(days=2)),
}


class Open(proof.reference_of(API)):
    """Lets everybody in."""

    def answer(self, request):
        return super().answer(request) if request.headers.get("authorization") else Response(200, {})


NEW = ("--owner", "ada", "--expires", str(TODAY + timedelta(days=9)))


def run_and_write(folder, server, *options, only=("missing-token", "value-true")):
    """Run with the file of waivers to be changed; return what came of it, and the file's text afterwards."""
    file = folder / "known.yaml"
    with serve(server) as url:
        (folder / "target.yaml").write_text(json.dumps(server.profile(url)))
        globs = [word for glob in only for word in ("--only", glob)]
        done = CliRunner().invoke(app, ["run", str(folder / "target.yaml"), *globs, *map(str, options)])
    return done, file.read_text() if file.exists() else None
