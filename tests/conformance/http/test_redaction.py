import base64
import json
import re
import subprocess
from datetime import date
from urllib.parse import quote

import httpx2
import pytest

import openapi
from conformance import proof
from conformance.http.evidence import Exchange, render_curl
from conformance.http.redaction import Redaction
from conformance.judge.session import judge_target
from conformance.judge.suites import collect_requirements
from conformance.judge.waiver import Waiver
from conformance.proof.messages import Response
from conformance.proof.server import serve
from conformance.report.changes import Report, compare_reports, describe_changes
from conformance.report.document import build_document
from conformance.report.folder import write_reports
from conformance.report.github import render_annotations, render_summary
from tests.conformance.command.commands import REPORT_FILES

SECRET = 'tök/en+"<&>\\value'


@pytest.fixture
def redaction():
    redaction = Redaction()
    redaction.conceal(SECRET, "TOKEN")
    return redaction


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        SECRET.upper(),
        quote(SECRET, safe=""),
        json.dumps(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
    ],
)
def test_credential_is_replaced_in_every_form(redaction, form):
    assert redaction(f"before {form} after") in ("before $TOKEN after", 'before "$TOKEN" after')


KEY = "SS.WSK.a+b/c=d&7f3k<Q9>vXb🔑"
ESCAPED = {
    ".NET": KEY.replace("+", "\\u002B").replace("&", "\\u0026").replace("<", "\\u003C"),
    "PHP": KEY.replace("/", "\\/").replace("🔑", "\\ud83d\\udd11"),
    "Go": KEY.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"),
    "all": "".join(f"\\u{ord(one):04x}" for one in KEY[:-1]) + "\\uD83D\\uDD11",
}


@pytest.mark.parametrize("form", ESCAPED.values(), ids=ESCAPED)
def test_credential_that_is_escaped_in_json_is_replaced(form):
    """Also as text of JSON in JSON, where each backslash is written twice."""
    redaction = Redaction()
    redaction.conceal(KEY, "TOKEN")

    assert redaction(f'{{"a\\nb": "{form}"}}') == '{"a\\nb": "$TOKEN"}'
    assert redaction(json.dumps({"a\\b": f"<{form}>"})) == json.dumps({"a\\b": "<$TOKEN>"})


@pytest.mark.parametrize("before", ["", "u", "me", "user:"])
@pytest.mark.parametrize("behind", ["", "1", "@x"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_credential_is_found_in_base64_among_other_text(before, behind, encode):
    redaction = Redaction()
    redaction.conceal(KEY, "TOKEN")
    shown = redaction(encode(f"{before}{KEY}{behind}".encode()).decode())

    assert re.fullmatch(r"[\w+/-]{0,8}\$TOKEN[\w+/-]{0,4}=*", shown)


def test_credential_in_hexadecimal_figures_is_replaced(redaction):
    assert redaction(f"<{SECRET.encode().hex().upper()}>") == "<$TOKEN>"


def test_part_of_a_token_is_replaced():
    redaction = Redaction()
    redaction.conceal("eyJhbGciOi.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl", "TOKEN")

    assert redaction("claims eyJzdWIiOiJ1c2VyIn0!") == "claims $TOKEN!"


def test_made_up_credentials_are_learned_when_sent():
    redaction = Redaction()
    redaction.conceal_header("Authorization", "Basic c29tZXRoaW5n")
    redaction.conceal_header("Cookie", "sb-access-token=abcdefgh; theme=dark")

    assert redaction("c29tZXRoaW5n abcdefgh") == "$CREDENTIAL $CREDENTIAL"
    assert redaction.redact_header("X-Api-Key", "never seen") == "[redacted]"


def test_a_word_too_short_to_be_secret_is_masked_in_headers_only():
    redaction = Redaction()
    redaction.conceal("on", "KEY")

    assert redaction("no nonsense") == "no nonsense"
    assert redaction.redact_header("Authorization", "Bearer on") == "[redacted]"
    assert "Bearer" not in render_curl("GET", "http://h/", [("Authorization", "Bearer on")], None, redaction)


def test_curl_reads_the_credential_from_the_environment(redaction):
    body = 'it\'s $HOME `ls` "q" \\ \n ä'.encode()
    headers = [("Authorization", f"Bearer {SECRET}"), ("X-Empty", ""), ("X-Plain", "$(id) 'x'")]
    line = render_curl("POST", f"http://h/a?t={quote(SECRET, safe='')}", headers, body, redaction)
    shown = "curl() { printf '%s\\n' \"$@\"; }\n" + line
    done = subprocess.run(
        ["bash", "-c", shown], env={"TOKEN": SECRET}, capture_output=True, text=True, check=True
    )

    assert SECRET not in line
    assert f"Authorization: Bearer {SECRET}\n" in done.stdout
    assert "X-Empty;\n" in done.stdout
    assert "X-Plain: $(id) 'x'\n" in done.stdout
    assert body.decode() in done.stdout


def test_long_body_with_a_credential_is_not_kept(redaction):
    line = render_curl("POST", "http://h/", [], f"{SECRET} {'x' * 20_000}".encode(), redaction)

    assert "hold a credential, so none is kept" in line
    assert SECRET not in line


def test_curl_says_where_a_long_body_is_kept(redaction):
    line = render_curl("POST", "http://h/", [], b"x" * 20_000, redaction)

    assert line.endswith(
        " @steps/42e8bc96b8ee.body  # 20000 bytes, which the folder of the reports keeps if the requirement failed"
    )


def test_curl_pipes_bytes_that_are_no_text(redaction):
    line = render_curl("POST", "http://h/", [], b"\x00\xff%d'\\", redaction)
    shown = "curl() { od -An -tx1; }\n" + line
    done = subprocess.run(["bash", "-c", shown], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["00", "ff", "25", "64", "27", "5c"]


@pytest.mark.parametrize(
    ("url", "headers", "body", "line"),
    [
        ("http://h/a?b=/..", [], None, "curl -sS -i -X PUT 'http://h/a?b=/..'"),
        ("http://h/a/..", [], None, "curl -sS -i --path-as-is -X PUT http://h/a/.."),
        ("http://h/a/%2E%2e", [], None, "curl -sS -i --path-as-is -X PUT http://h/a/%2E%2e"),
        (
            "http://h/a.b/...",
            [],
            b"x",
            "curl -sS -i -X PUT http://h/a.b/... -H 'Content-Type:' --data-binary x",
        ),
        ("http://h/", [("content-type", "a/b")], b"x", None),
        ("http://h/", [("Content-Type", "")], b"x", None),
    ],
)
def test_curl_adds_and_leaves_out_nothing(redaction, url, headers, body, line):
    """It would send the content type of forms, and resolve the dots of a path."""
    shown = render_curl("PUT", url, headers, body, redaction)

    assert "'Content-Type:'" not in shown if line is None else shown.replace("'", "") == line.replace("'", "")


def test_decoded_query_shows_no_credential():
    redaction = Redaction()
    redaction.conceal("one two", "TOKEN")
    query = Exchange(httpx2.Request("GET", "http://h/?t=one+two&u=%1b"), redaction).query

    assert query == [("t", "$TOKEN"), ("u", "\\x1b")]


class Gossip:
    """Tells every credential to everybody, and fails on the way."""

    def __init__(self, server):
        self._server = server
        self.heard = set()

    def answer(self, request):
        authorization = request.headers.get("authorization", "")
        self.heard.add(authorization.partition(" ")[2] or authorization)
        answer = self._server.answer(request)
        fields, content = answer.encode()
        status = 418 if len(self.heard) % 3 == 0 else answer.status
        told = {
            **fields,
            "x-you-said": authorization,
            "set-cookie": f"t={authorization}",
            "etag": f'"{authorization}"',
        }
        if len(self.heard) % 2:
            content = json.dumps(
                {"message": f"no {authorization} no", authorization: [authorization]}
            ).encode()
        return Response(status, content, told)


@pytest.mark.parametrize("api", openapi.api_names())
def test_no_credential_shows_in_anything_written(api, tmp_path, capsys, monkeypatch):
    from rich.console import Console

    from conformance.report.terminal import Terminal

    reference = proof.reference_of(api)()
    gossip = Gossip(reference)
    secret = next(iter(reference.profile("http://h")["credentials"].values()))
    excused = [
        Waiver(id=one.id, reason=f"they use {secret}", owner=secret, expires=date.max)
        for one in collect_requirements(api)[::2]
    ]
    with serve(gossip) as url:
        profile = reference.profile(url)
        names = {f"CREDENTIAL_OF_{key.upper()}": value for key, value in profile["credentials"].items()}
        for name, value in names.items():
            monkeypatch.setenv(name, value)
        keys = [f"${{CREDENTIAL_OF_{key.upper()}}}" for key in profile["credentials"]]
        profile["credentials"] = dict(zip(profile["credentials"], keys, strict=True))
        terminal = Terminal(Console(soft_wrap=True))
        verdict = judge_target(profile, on_result=terminal.print_result, waivers=excused)
    terminal.print_summary(verdict, write_reports(verdict, tmp_path))
    told = build_document(verdict)
    terminal.print_lines(render_annotations(told))
    (tmp_path / "summary.md").write_text(render_summary(told))
    new = Report.model_validate(told)
    old = new.model_copy(
        update={"requirements": [one.model_copy(update={"status": "passed"}) for one in new.requirements]}
    )
    terminal.print_changes(describe_changes(compare_reports(old, new)))

    files = {file.name: file.read_bytes().decode() for file in tmp_path.rglob("*") if file.is_file()}
    written = "".join(files.values()) + capsys.readouterr().out
    assert any(name.endswith(".sh") for name in files)
    assert {name for name in files if not name.endswith((".sh", ".body"))} == {*REPORT_FILES, "summary.md"}
    assert verdict.ids("waived")
    assert verdict.waiver_faults
    credentials = {text for text in gossip.heard | set(names.values()) if len(text) > 3} - {"Bearer", "Basic"}
    credentials -= set(verdict.credential_hints.values())  # a signature of nothing, which is nobody's
    # "Bearer nobody" is sent as well, and a requirement has the word.
    credentials -= {word for one in collect_requirements(api) for word in one.text.split()}
    assert verdict.requests > 20
    assert "${CREDENTIAL_OF_" in written
    assert not [text for text in credentials if text.lower() in written.lower()]
