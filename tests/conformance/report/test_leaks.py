"""Whatever a target says, wherever and however it says it: nothing that the judge shows tells a credential."""

import json
import random
from dataclasses import replace
from functools import partial

import httpx2
import pytest
from rich.console import Console

import openapi
from conformance import proof, pytest_plugin
from conformance.assertions.outcome import Outcome
from conformance.http.connection import make_raw_response, make_request
from conformance.http.evidence import Exchange
from conformance.http.foreign_text import quote_text
from conformance.http.redaction import Redaction
from conformance.http.response import Response as ReadResponse
from conformance.judge import door
from conformance.judge.session import judge_target
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.proof.messages import Response
from conformance.report.block import render_failure
from conformance.report.document import build_document
from conformance.report.folder import write_reports
from conformance.report.github import render_annotations, render_summary
from conformance.report.har import render_har
from conformance.report.terminal import Detail, Terminal
from tests.testbed.echoes import draw_echo, find_leaks

APIS = openapi.api_names()
ECHOES = 200
CREDENTIALS = {
    "key": "SS.WSK.7f3kQ9vX/T2mR8+LwZ5nYpJ4&<Kd0",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLWFkYSIsImV4cCI6MTc5Nn0.mUfSggMkR6WMTIdgM8fZ3wHPtWxMLKhSm7l",
    "basic": "dXNlcjpwYXNzd29yZC1vZi10aGUtdXNlcg==",
    "password": 'p?s>~w"rd/of the (user) 1234',
}


def echo_in_header(name, form="{}"):
    def answer(echo):
        return Response(401, {"message": "no"}, {name: form.format(echo)})

    return answer


def echo_in_body(media_type, form):
    def answer(echo):
        return Response(401, form.replace("{}", echo).encode(), {"content-type": media_type})

    return answer


PLACES = {
    "value of a header": echo_in_header("x-note"),
    "name of a header": lambda echo: Response(401, {}, {f"x-{echo}": "1"}),
    "Location": echo_in_header("location", "https://login.example/cb?access_token={}&a=b"),
    "cookie": echo_in_header("set-cookie", "sid={}; HttpOnly"),
    "media type": echo_in_header("content-type", "text/{}"),
    "Retry-After": echo_in_header("retry-after", "wait {}"),
    "WWW-Authenticate": echo_in_header("www-authenticate", 'Bearer error_description="{}"'),
    "Content-Encoding": echo_in_header("content-encoding", "{}"),
    "JSON string": echo_in_body("application/json", '{"code": 401, "message": "bad {} key"}'),
    "JSON name": echo_in_body("application/json", '{"{}": {"{}": null}}'),
    "web page": echo_in_body("text/html", "<html><a href='/?key={}'>{}</a></html>"),
    "text": echo_in_body("text/plain", "unknown key: {}"),
    "long text": echo_in_body("text/plain", "{} " * 10),
    "start of a long text": echo_in_body("text/plain", "{}" + "x" * 5000),
    "text cut at 60": echo_in_body("text/plain", "." * 30 + "{}"),
    "text cut at 80": echo_in_body("application/json", "." * 60 + "{}"),
    "text cut at 4096": echo_in_body("text/plain", "." * 4070 + "{}"),
    "bytes": echo_in_body(
        "application/octet-stream", "\x00\x1b[31m\udcff{}".encode("utf-8", "replace").decode()
    ),
}


def show_all(answer, redaction):
    """Return everything that the judge shows of an answer, and of sentences that quote it."""
    fields, content = answer.encode()
    request = make_request("GET", httpx2.URL("http://h/a"), {"accept": "*/*"})
    raw = make_raw_response(
        answer.status, httpx2.Headers([(k.encode(), v.encode()) for k, v in fields.items()]), content
    )
    redaction.conceal_told(raw.headers, raw.content)
    exchange = Exchange(request, redaction, raw)
    read = ReadResponse(
        raw.status, raw.headers, raw.content, 0, 0, exchange, raw.coding_fault, raw.unread_coding
    )
    said = [
        door.describe_answer(read),
        quote_text(read.text),
        f"got {quote_text(json.dumps(read.text))} of it",
        read.text,
    ]
    try:
        said.append(str(read.json))
    except Outcome as outcome:
        said.append(str(outcome))
    shown = [redaction.show_line(one) for one in said] + [redaction.show_line(one, 40) for one in said]
    shown += [
        json.dumps(exchange.as_json()),
        render_har([exchange]),
        exchange.whole_answer.decode("utf-8", "replace"),
    ]
    return "\n".join(shown)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CREDENTIALS)
def test_echo_shows_nowhere(place, name):
    """Ten echoes in each answer, and one alone where the edge at which a text is cut is the point."""
    numbers = random.Random(f"{place} {name}")  # noqa: S311  nobody has to guess them
    redaction = Redaction()
    for one, value in CREDENTIALS.items():
        redaction.conceal(value, one.upper())
    is_alone = "cut" in place or "long" in place
    for _ in range(ECHOES // 10):
        echoes = [
            draw_echo(numbers, CREDENTIALS[name], "text" in place) for _ in range(1 if is_alone else 10)
        ]
        shown = show_all(PLACES[place](" ".join(echoes)), redaction)

        assert find_leaks(shown, [CREDENTIALS[name]]) == [], echoes


class Parrot:
    """Repeats credentials wherever it can, those of the profile and those that it was sent; else it is a server."""

    def __init__(self, server, numbers):
        self._server = server
        self._numbers = numbers
        self.clock = None
        self.known = [one for one in server.profile("")["credentials"].values() if len(one) > 20]
        self.heard = set()
        self._unspoilt = 3  # so that the run begins

    def answer(self, request):
        self._server.clock = self.clock
        answer = self._server.answer(request)
        if self._unspoilt > 0:
            self._unspoilt -= 1
            return answer
        word = request.headers.get("authorization", "").rpartition(" ")[2]
        self.heard.add(word)
        draw = self._numbers.random()
        credential = word if draw < 0.5 and len(word) > 20 else self._numbers.choice(self.known)
        echo = draw_echo(self._numbers, credential, may_wrap=False)
        if draw < 0.1:
            # With the status of the server, for a refusal of what was accepted ends the run.
            return replace(PLACES[self._numbers.choice(list(PLACES))](echo), status=answer.status)
        fields, content = answer.encode()
        told = {**fields, "x-echo": echo, "set-cookie": f"sid={echo}", "link": f"<http://h/?token={echo}>"}
        try:
            body = json.loads(content)
        except ValueError:
            return Response(answer.status, content, told)
        if isinstance(body, dict) and draw > 0.6:
            name = self._numbers.choice([*body, echo])
            put = {echo: echo} if draw > 0.9 else [echo] if draw > 0.85 else "." * int(100 * draw) + echo
            body = {**body, name: put}
        return Response(answer.status, json.dumps(body).encode(), told)


def render_everything(verdict, folder, capsys):
    """Write and print all that there is about a verdict, and return it as one text."""
    terminal = Terminal(Console(soft_wrap=True), Detail.VERBOSE)
    for result in verdict.results:
        terminal.print_result(result)
    terminal.print_summary(verdict, write_reports(verdict, folder))
    document = build_document(verdict)
    terminal.print_lines([*render_annotations(document), render_summary(document)])
    failed = [one for one in verdict.results if one.status == "failed"]
    for one in failed:
        terminal.print_lines(list(render_failure(one, has_curl=True)))
        terminal.print_lines(list(pytest_plugin._describe_evidence(one)))
    assert failed
    return read_everything(folder, capsys)


def read_everything(folder, capsys):
    files = [
        file.read_text(encoding="utf-8", errors="replace") for file in folder.rglob("*") if file.is_file()
    ]
    out, err = capsys.readouterr()
    return "\n".join([*files, out, err])


def expect_no_leak(shown, parrot, hints):
    heard = {one for one in parrot.heard if len(one) > 20} - set(hints)
    assert len(heard) > 2
    assert find_leaks(shown, {*parrot.known, *heard}) == []
    assert not {"\ufdd0", "\ufdd1", "\ufdd2"} & set(shown)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("api", APIS)
def test_run_shows_no_echo(api, seed, tmp_path, capsys):
    parrot = Parrot(proof.reference_of(api)(), random.Random(seed))  # noqa: S311  nobody has to guess them
    profile = proof.reference_of(api)().profile(IN_PROCESS_URL)
    verdict = judge_target(profile, make_connection=partial(InProcessConnection, parrot))

    assert verdict.requests > 100
    expect_no_leak(render_everything(verdict, tmp_path, capsys), parrot, verdict.credential_hints.values())
