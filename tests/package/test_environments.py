"""The wheel in clean environments: both commands do their work far from the checkout.

What the installed judge says of a server that is there, the README and the page on CI show: see tests/docs.
"""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from importlib.metadata import version

import pytest

import openapi

PROFILE = """
api: suprsend
base_url: {url}
credentials: {{api_key: {{command: [{mockserver}, token, --api, suprsend]}}}}
fixtures:
  object: {{type: departments, id: engineering}}
  other_object: {{type: departments, id: sales}}
  other_type_object: {{type: teams, id: design}}
  category: status-update-alert
  other_category: product-newsletter
  locked_category: security-alert
  tenant_id: acme
"""


@contextmanager
def served(environment):
    """Start the installed stub, yield its URL, and end it."""
    command = environment.command("mockserver", "--port", "0", "--quiet")
    with subprocess.Popen(
        command, cwd=environment.folder, env=environment.variables, stdout=subprocess.PIPE, text=True
    ) as stub:
        try:
            yield re.search(r"http://\S+", stub.stdout.readline())[0]
        finally:
            stub.terminate()


def test_stub_alone_says_its_version(stub_alone):
    ran = stub_alone.run("mockserver", "--version")

    assert (ran.returncode, ran.stdout.split()[-1]) == (0, version("preference-api-testbench"))


def test_stub_alone_serves(stub_alone):
    body = {"fanId": "12345", "category": "content", "preference": "likes_fitness_videos", "value": [1.5]}
    token = stub_alone.run("mockserver", "token").stdout.strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with served(stub_alone) as url, closing(HTTPConnection(url.removeprefix("http://"), timeout=10)) as stub:
        stub.request("POST", "/api/v2/update-preference", json.dumps(body), headers)
        answer = stub.getresponse()
        said = json.load(answer)

    assert answer.status == 200, said
    assert body.items() <= said["data"].items()


def test_stub_alone_brings_nothing_of_the_judge(stub_alone):
    found = {
        path.name.partition("-")[0]
        for path in stub_alone.folder.glob("lib/python*/site-packages/*.dist-info")
    }

    assert "connexion" in found
    assert not found & {"schemathesis", "hypothesis", "pytest", "junitparser"}


@pytest.mark.parametrize(
    "words", [["list"], ["run", "target.yaml"], ["doctor", "target.yaml"], ["init", "suprsend"]]
)
def test_stub_alone_says_how_to_get_the_judge(stub_alone, words):
    """One line on standard error, and the status of a usage error."""
    ran = stub_alone.run("conformance", *words)

    assert ran.returncode == 2, ran.stderr
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert "pip install '.[conformance]'" in ran.stderr


def test_installed_judge_lists_its_requirements(with_judge):
    ran = with_judge.run("conformance", "list")

    assert ran.returncode == 0, ran.stderr
    for api in openapi.api_names():
        assert f"{api}/" in ran.stdout


def test_installed_judge_gives_no_verdict_on_nobody(with_judge, tmp_path):
    """A server that is not there is neither conformant nor not."""
    profile = tmp_path / "target.yaml"
    mockserver = with_judge.folder / "bin" / "mockserver"
    profile.write_text(PROFILE.format(url="http://127.0.0.1:9", mockserver=mockserver))

    assert with_judge.run("conformance", "run", profile).returncode == 3
