"""No command shows a credential that a target repeats: on the terminal, in a file, or in the words of an error."""

import json
import random
import secrets
from contextlib import closing
from datetime import date, timedelta

import httpcore2
import pytest

from conformance import proof
from conformance.assertions.outcome import Outcome
from conformance.http.client import Client
from conformance.http.raw_request import chunk_body
from conformance.http.redaction import Redaction
from conformance.proof.server import serve_bytes
from tests.conformance.command.commands import APIS, conformance, served, written
from tests.testbed.echoes import draw_echo, find_leaks
from tests.testbed.parrot import CREDENTIALS, Parrot, render_har

ECHOES = 40
HEAD = "HTTP/1.1 401 No\r\n"
CHUNKED = f"{HEAD}transfer-encoding: chunked\r\n\r\n"
WORDS_OF_A_PROTOCOL = {
    "reason": "HTTP/1.1 401 {}\r\ncontent-length: 2\r\n\r\n[]",
    "status": "HTTP/1.1 {} No\r\ncontent-length: 2\r\n\r\n[]",
    "version": "HTTP/{} 401 No\r\ncontent-length: 2\r\n\r\n[]",
    "other protocol": "{}\r\n\r\n",
    "line of a head": HEAD + "{}\r\n\r\n",
    "name of a header": HEAD + "x{}: 1\r\ncontent-length: 2\r\n\r\n[]",
    "value of a header": HEAD + "x: {}\r\ncontent-length: 2\r\n\r\n[]",
    "length": HEAD + "content-length: {}\r\n\r\n[]",
    "transfer coding": HEAD + "transfer-encoding: {}\r\n\r\n[]",
    "extension of a chunk": CHUNKED + "2;x={}\r\n[]\r\n0\r\n\r\n",
    "size of a chunk": CHUNKED + "{}\r\n[]\r\n0\r\n\r\n",
    "trailer": CHUNKED + "2\r\n[]\r\n0\r\nx: {}\r\n\r\n",
    "cut body": HEAD + "content-length: 9999\r\n\r\n{}",
    "cut chunk": CHUNKED + "9999\r\n{}",
    "cut head": HEAD + "x: {}",
}


def say(client, send):
    """Return all that is shown of what comes of sending."""
    client.forget_everything()
    said = "nothing"
    try:
        send()
    except Outcome as outcome:
        said = client.redaction.show_line(str(outcome))
    shown = [json.dumps(one.as_json()) for one in client.exchanges]
    return "\n".join([said, *shown, render_har(client.exchanges)])


class Said(httpcore2.NetworkStream):
    """Says *words* to whatever is sent, and closes: without a socket, of which there would be thousands."""

    def __init__(self, words):
        self._left = words.encode("latin-1", "replace")

    def write(self, *_):
        pass

    def read(self, max_bytes, _timeout):
        data, self._left = self._left[:max_bytes], self._left[max_bytes:]
        return data

    def get_extra_info(self, info):
        return True if info == "is_readable" else None  # its end

    def close(self):
        pass


@pytest.mark.parametrize("place", WORDS_OF_A_PROTOCOL)
def test_words_of_a_protocol_show_no_echo(place, monkeypatch):
    numbers = random.Random(place)  # noqa: S311  nobody has to guess them
    echoes = [
        (one, draw_echo(numbers, one, may_wrap=False)) for one in CREDENTIALS.values() for _ in range(ECHOES)
    ]
    redaction = Redaction()
    for name, value in CREDENTIALS.items():
        redaction.conceal(value, name.upper())
    answer = [""]
    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", lambda *_: Said(answer[0]))
    with closing(Client("http://127.0.0.1:9", redaction, timeout_s=5, retry_s=0)) as client:
        for credential, echo in echoes:
            answer[0] = WORDS_OF_A_PROTOCOL[place].replace("{}", echo)
            shown = say(client, lambda: client.send("GET", "/"))
            shown += say(
                client, lambda: client.send_raw(chunk_body(client.build_request("PUT", "/", content=b"x")))
            )

            assert find_leaks(shown, [credential]) == [], echo


@pytest.mark.parametrize("api", APIS)
def test_commands_show_no_echo(api, tmp_path, monkeypatch):
    """A run with all that it writes and a while of exploring, replays, the doctor, and a second run with waivers."""
    # Of an exam that is drawn already: drawing another takes longer than to explore one.
    monkeypatch.setattr(secrets, "randbelow", lambda _: 0)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    parrot = Parrot(proof.reference_of(api)(), random.Random(api))  # noqa: S311  nobody has to guess them
    waivers = (
        "--write-waivers",
        tmp_path / "known.yaml",
        "--owner",
        "me",
        "--expires",
        date.today() + timedelta(9),
    )
    with served(tmp_path, parrot, patience={"timeout_s": 5, "retry_s": 0.1, "read_lag_s": 0}) as profile:
        run = ("run", profile, *waivers, "--report-dir")
        done = [conformance(*run, tmp_path / "report", "--verbose", "--explore", "0.5s")]
        done.append(conformance("doctor", profile))
        report = json.loads((tmp_path / "report/report.json").read_text())
        failed = [one["id"] for one in report["requirements"] if one["status"] == "failed"]
        done += [conformance("replay", tmp_path / "report/report.json", one) for one in failed[:2]]
        known = [f"--only={one}" for one in failed[:20]]
        done.append(
            conformance(*run, tmp_path / "again", *known, "--against", tmp_path / "report/report.json")
        )
        profile.unlink()  # which holds the credentials, as its author wrote it
    files = [
        file.read_text(encoding="utf-8", errors="replace") for file in tmp_path.rglob("*") if file.is_file()
    ]
    shown = "\n".join([*files, *(text for one in done for text in (one.stdout, one.stderr))])

    assert failed
    assert " with 0 requests" not in done[0].stdout
    assert len(parrot.list_heard()) > 2
    assert find_leaks(shown, {*parrot.known, *parrot.list_heard()}) == []


@pytest.mark.parametrize("seed", range(20))
def test_complaint_of_a_command_shows_no_credential(seed, tmp_path, monkeypatch):
    """Whether it is in the environment or not."""
    numbers = random.Random(seed)  # noqa: S311  nobody has to guess them
    monkeypatch.setenv("VAULT_TOKEN", CREDENTIALS["key"])
    echo = draw_echo(numbers, CREDENTIALS["key"], may_wrap=False)
    script = tmp_path / "fetch.sh"
    script.write_text(f"#!/bin/sh\ncat {tmp_path}/complaint >&2; exit 1\n")
    script.chmod(0o755)
    (tmp_path / "complaint").write_text(
        f"cannot log in: {echo} at https://me:pa55@vault/ with s.k9x8w7v6u5t4s3r2q1p0o\n"
    )
    profile = proof.reference_of(APIS[0])().profile("http://127.0.0.1:9")
    profile["credentials"] = {next(iter(profile["credentials"])): {"command": [str(script)]}}
    done = conformance("doctor", written(tmp_path, profile))

    assert done.exit_code == 2
    assert "exit status 1: cannot log in" in done.stderr
    assert find_leaks(done.stderr, [CREDENTIALS["key"]]) == []
    assert "pa55" not in done.stderr
    assert "k9x8w7v6u5" not in done.stderr


def test_error_of_a_library_shows_no_credential(tmp_path, monkeypatch):
    def fail(_):
        raise ValueError(f"cannot use {CREDENTIALS['key']} nor Bearer {CREDENTIALS['token']}")

    monkeypatch.setenv("THE_KEY", CREDENTIALS["key"])
    monkeypatch.setattr("conformance.judge.suites.read_profile", fail)
    done = conformance("doctor", tmp_path / "target.yaml")

    assert done.exit_code == 3
    assert "the judge itself failed: ValueError: cannot use " in done.stderr
    assert find_leaks(done.stderr, CREDENTIALS.values()) == []


def test_credential_in_the_place_of_a_key_is_not_shown(tmp_path):
    done = conformance("doctor", written(tmp_path, {"api": APIS[0], CREDENTIALS["token"]: "x"}))

    assert done.exit_code == 2
    assert "unknown key '[redacted]'" in done.stderr


def test_password_of_a_proxy_is_not_shown(tmp_path):
    """Neither where nobody answers there, nor where the proxy repeats it."""

    def talk(connection):
        while connection.recv(65536):
            connection.sendall(f"HTTP/1.1 502 {password}\r\ncontent-length: 28\r\n\r\n{password}".encode())

    password = "pa55word-of-the-proxy-7f3kQ9"
    with serve_bytes(talk) as url:
        profile = proof.reference_of(APIS[0])().profile("http://target.example")
        profile |= {
            "proxy": url.replace("//", f"//me:{password}@"),
            "patience": {"timeout_s": 5, "retry_s": 0.1},
        }
        there = conformance("doctor", written(tmp_path, profile))
    gone = conformance("doctor", written(tmp_path, profile))

    assert (there.exit_code, gone.exit_code) == (3, 3)
    assert find_leaks(there.output + gone.output, [password]) == []
