"""Whatever a target says, wherever and however it says it: nothing that the judge shows tells a credential."""

import hashlib
import json
import random
from contextlib import closing
from functools import partial

import pytest
from rich.console import Console

import openapi
from conformance import proof, pytest_plugin
from conformance.assertions.outcome import Outcome
from conformance.http.client import Client
from conformance.http.credentials.secret import Secret
from conformance.http.foreign_text import LONGEST_SENTENCE, quote_text
from conformance.http.redaction import Redaction
from conformance.judge import door
from conformance.judge.session import judge_target
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.proof.messages import Response
from conformance.report.block import render_failure
from conformance.report.document import build_document
from conformance.report.folder import write_reports
from conformance.report.github import render_annotations, render_summary
from conformance.report.terminal import Detail, Terminal
from tests.testbed.echoes import draw_echo, find_leaks
from tests.testbed.parrot import CREDENTIALS, PLACES, Parrot, render_har

APIS = openapi.api_names()
ECHOES = 200
# Where an echo stands alone, on the edge at which a text is cut: that of a sentence or that of a body.
CUT_SENTENCES = ("long text", "text cut at 60", "text cut at 80")
CUT_BODIES = ("start of a long text", "text cut at 4096")


def show_all(answer, redaction, lengths):
    """Return everything that the judge shows of an answer, and of sentences that quote it, cut to each of *lengths*."""
    server = type("Server", (), {"answer": lambda _, __: answer})()
    connect = partial(InProcessConnection, server)
    with closing(Client(IN_PROCESS_URL, redaction, make_connection=connect)) as client:
        read = client.send("GET", "/a")
    exchange = read.exchange
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
    shown = [redaction.show_line(one, longest) for one in said for longest in lengths]
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
    is_alone = place in (*CUT_SENTENCES, *CUT_BODIES)
    lengths = {"text cut at 4096": (), **dict.fromkeys(CUT_SENTENCES, (LONGEST_SENTENCE, 40))}
    for _ in range(ECHOES // 10):
        echoes = [
            draw_echo(numbers, CREDENTIALS[name], "text" in place) for _ in range(1 if is_alone else 10)
        ]
        shown = show_all(PLACES[place](" ".join(echoes)), redaction, lengths.get(place, (LONGEST_SENTENCE,)))

        assert find_leaks(shown, [CREDENTIALS[name]]) == [], echoes


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


def expect_no_leak(shown, parrot):
    assert len(parrot.list_heard()) > 2
    assert find_leaks(shown, {*parrot.known, *parrot.list_heard()}) == []
    assert not {"\ufdd0", "\ufdd1", "\ufdd2"} & set(shown)


@pytest.mark.parametrize("api", APIS)
def test_run_shows_no_echo(api, tmp_path, capsys):
    parrot = Parrot(proof.reference_of(api)(), random.Random(0))  # noqa: S311  nobody has to guess them
    profile = proof.reference_of(api)().profile(IN_PROCESS_URL)
    verdict = judge_target(profile, make_connection=partial(InProcessConnection, parrot))

    assert verdict.requests > 100
    expect_no_leak(render_everything(verdict, tmp_path, capsys), parrot)


def test_old_and_new_values_of_a_credential_show_nowhere():
    """Of one that a command prints, and that is fetched again when it is refused."""
    numbers = random.Random(0)  # noqa: S311  nobody has to guess them
    values = [f"{number}-{hashlib.sha256(b'%d' % number).hexdigest()}" for number in range(9)]
    left = iter(values[1:])
    secret = Secret(values[0], "TOKEN", lambda _: next(left))
    seen = []

    def answer(request):
        seen.append(request.headers["authorization"].removeprefix("Bearer "))
        echoes = " ".join(draw_echo(numbers, one) for one in [*seen, *values[:2]])
        return Response(200 if seen.count(seen[-1]) < 4 else 401, {"message": echoes})

    server = type("Server", (), {"answer": lambda _, request: answer(request)})()
    connect = partial(InProcessConnection, server)
    redaction = Redaction()
    with closing(Client(IN_PROCESS_URL, redaction, secrets=[secret], make_connection=connect)) as client:
        for _ in range(20):
            client.send("GET", "/", headers={"authorization": f"Bearer {values[0]}"})
    shown = render_har(client.exchanges)

    assert set(values[:6]) <= set(seen)
    assert "Bearer $TOKEN" in shown
    assert find_leaks(shown, seen) == []
