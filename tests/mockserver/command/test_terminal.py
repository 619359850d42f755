"""What a contract says commands no terminal, and nothing that is pasted from the banner does more than it shows."""

from __future__ import annotations

import io
import os
import shlex
import subprocess

import httpx2
import pytest

from mockserver.command.banner import print_flaws, render_banner
from mockserver.dispatch.call_log import CallLog
from mockserver.services import openapi_file
from mockserver.stub import Options, Stub
from tests.testbed.stubs import run_command, serve_stub

# Escape sequences, another one for 8-bit terminals, line ends of every kind, and text that runs backwards.
ODD = r"x\e[31m\r\ntouch hacked\u2028\x85\x9b2Jx\u202e<script>"
CONTRACT = rf"""
openapi: 3.0.3
info: {{title: "{ODD}", version: "1"}}
components:
  securitySchemes: {{key: {{type: apiKey, in: header, name: "X-{ODD}"}}}}
paths:
  "/a{ODD}/{{x\e[1m}}":
    get:
      operationId: "{ODD}"
      summary: "{ODD}"
      description: "{ODD}"
      security: [{{key: []}}]
      parameters:
        - {{name: "x\e[1m", in: path, required: true, schema: {{type: string}}, example: "{ODD}"}}
        - {{name: "q{ODD}", in: query, required: true, schema: {{type: string}}, example: "{ODD}"}}
      responses:
        "200":
          description: "{ODD}"
          content: {{application/json: {{schema: {{required: ["m{ODD}"]}}, example: {{"n{ODD}": 1}}}}}}
"""


def read_printable(text: str) -> list[str]:
    lines = text.rstrip("\n").split("\n")
    assert [line for line in lines if not line.isprintable()] == []
    return lines


@pytest.fixture
def contract(tmp_path):
    file = tmp_path / "odd\x1b[5m.yaml"
    file.write_text(CONTRACT)
    return file


def test_banner_has_a_line_that_only_calls_the_operation(contract, tmp_path):
    log = io.StringIO()
    stub = Stub([openapi_file.load_service(contract)], options=Options(call_log=CallLog(log)))
    with serve_stub(stub) as url:
        lines = read_printable(render_banner(stub, url))
        assert [line[:6] for line in lines] == ["mockse", "its co", "", "# odd ", "curl -", "", "# all "]
        environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        subprocess.run(["sh", "-c", lines[4]], cwd=tmp_path, env=environment, timeout=10, check=False)

    assert not (tmp_path / "hacked").exists()
    assert shlex.split(lines[4])[3].startswith(f"{url}/ax%1B%5B31m%0D%0Atouch%20hacked")
    (call,) = read_printable(log.getvalue())
    assert "/ax%1B%5B31m%0D%0Atouch%20hacked" in call


def test_pages_and_headers_show_it_as_text(contract):
    with serve_stub(Stub([openapi_file.load_service(contract)], mode="off")) as url:
        page = httpx2.get(url, headers={"Accept": "text/html"}).text
        control_page = httpx2.get(f"{url}/__admin/").text
        headers = [
            value
            for path in ("/near", "/ax/1", "/ax%1B%5B31m%0D%0Atouch hacked")
            for value in httpx2.get(url + path).headers.values()
        ]

    assert "<script>" not in page.replace('<script>"use strict";', "")
    assert "touch hacked" in page
    assert "<script>" not in control_page
    assert [value for value in headers if not value.isprintable()] == []


@pytest.mark.parametrize("text", [CONTRACT + "\n\x1b", "a: b"])
def test_why_a_contract_is_refused_is_said_without_a_command(contract, text):
    contract.write_text(text)
    ran = run_command("--port", "0", "--spec", contract)

    assert ran.returncode == 2
    assert read_printable(ran.stderr)[0].startswith("mockserver: ")


def test_flaws_of_a_contract_are_said_without_a_command(contract, capsys):
    contract.write_text(CONTRACT.replace("responses:", "responsibilities:"))
    print_flaws(Stub([openapi_file.load_service(contract)]), "http://localhost:1")

    assert len(read_printable(run_command("check", contract).stdout)) > 1
    assert read_printable(capsys.readouterr().err)[0].endswith(" list all")
