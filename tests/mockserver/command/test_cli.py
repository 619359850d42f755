"""The command line of the stub."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

import httpx2
import jwt
import pytest

import openapi
from mockserver.auth.signature import sign_request
from mockserver.command.banner import render_banner
from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, SECRET, bearer, connect, fresh, request, token
from tests.testbed.stubs import (
    MOCKSERVER,
    list_banner_commands,
    run_command,
    serve_command,
    serve_stub,
    start_command,
)


def test_banner_has_the_control_page_and_a_command_for_each_api_that_works_when_pasted():
    with start_command() as (url, process):
        lines = list(iter(process.stdout.readline, f"# all 9 operations: {url}/\n"))
        commands = list_banner_commands("".join(lines))
        answers = [
            subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=10).stdout
            for command in commands
        ]

    assert [line for line in lines[:2] if line.endswith(f" {url}/__admin/\n")]
    assert all(url in command for command in commands)
    said = ['"preference":"likes_fitness_videos"', '"channel":"email"']
    assert [part in answer for part, answer in zip(said, answers, strict=True)] == [True, True]


def test_banner_has_no_credential_where_none_is_asked_for():
    stub = Stub(load_services(["suprsend"]), mode="off")
    with serve_stub(stub) as url:
        (command,) = list_banner_commands(render_banner(stub, url))

        assert httpx2.patch(url + CATEGORY, json={}).status_code == 202
        assert httpx2.post(url + PREFERENCE, json=fresh()).status_code == 404

    assert command.startswith("curl -X PATCH ")
    assert "Authorization" not in command


def test_fixtures_replace_what_the_api_they_name_knows(tmp_path):
    file = tmp_path / "fixtures.yaml"
    file.write_text('onlyautomator: {credentials: {subject: anna}, fans: ["7"]}')

    with serve_command("--fixtures", str(file), "--auth", "off") as url:
        known = httpx2.post(url + PREFERENCE, json=fresh(fanId="7"))
        unknown = httpx2.post(url + PREFERENCE, json=fresh())
        other = httpx2.patch(url + CATEGORY, json={})

    assert known.json()["data"]["userId"] == "anna"
    assert unknown.status_code == 404
    assert other.status_code == 202


@pytest.mark.parametrize(
    ("words", "variable", "status"),
    [
        (["--verify-hmac"], "", 401),
        ([], "1", 401),
        (["--verify-hmac", "--auth", "shape"], "", 401),
        ([], "0", 202),
        (["--auth", "shape"], "", 202),
    ],
)
def test_signatures_are_computed_where_it_is_asked_for(monkeypatch, words, variable, status):
    monkeypatch.setenv("MOCKSERVER_VERIFY_HMAC", variable)
    date, media_type, body = "Tue, 02 Jan 2024 03:04:05 GMT", "application/json", b"{}"
    signatures = [
        sign_request(secret, "PATCH", body, media_type, date, CATEGORY)
        for secret in ("local-workspace-secret", "another")
    ]

    with serve_command("--api", "suprsend", *words) as url:
        good, bad = (
            httpx2.patch(
                url + CATEGORY,
                content=body,
                headers={
                    "Authorization": f"local-workspace-key:{signature}",
                    "Content-Type": media_type,
                    "Date": date,
                },
            ).status_code
            for signature in signatures
        )

    assert (good, bad) == (202, status)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--auth", "off"], " with --auth off; leave one of them out"),
        (["--api", "onlyautomator"], ": onlyautomator takes no signed requests; leave it out"),
    ],
)
def test_verifying_nothing_is_refused_in_one_line(words, told):
    ran = run_command("--port", "0", "--verify-hmac", *words)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"mockserver: --verify-hmac verifies nothing{told}\n"


def test_same_seed_gives_the_same_ids():
    def list_ids(url: str) -> list[str]:
        return [httpx2.post(url + PREFERENCE, json=fresh()).json()["data"]["id"] for _ in range(2)]

    with (
        serve_command("--seed", "7", "--auth", "off") as seventh,
        serve_stub(Stub(load_services(), seed=7, mode="off")) as same,
        serve_stub(Stub(load_services(), mode="off")) as other,
    ):
        ids = list_ids(seventh)
        assert list_ids(same) == ids
        assert not {*list_ids(other)} & {*ids}


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_quiet_prints_only_the_url_and_a_signal_ends_it_at_once_whatever_is_half_sent(signal_number):
    half = request(headers={**bearer(token()), "Content-Type": "application/json"}, content=b"{}" * 50)[:-1]
    stub = start_command("--quiet", path=MOCKSERVER)
    with stub as (url, process), connect(url), connect(url) as head, connect(url) as body:
        head.sendall(b"POST /api")
        body.sendall(half)
        with httpx2.Client() as kept_alive:
            assert kept_alive.get(url).status_code == 200
            assert kept_alive.post(url + "/nowhere").status_code == 404
            began = time.monotonic()
            process.send_signal(signal_number)
            rest = process.communicate(timeout=10)
        seconds = time.monotonic() - began

    assert rest == ("", "")
    assert url.startswith("http://127.0.0.1:")
    assert seconds < 3
    assert process.returncode in (-signal_number, 128 + signal_number)


def test_token_is_one_of_the_user_of_the_fixtures():
    claims = jwt.decode(
        run_command("token").stdout.strip(), SECRET, algorithms=["HS256"], audience="authenticated"
    )

    assert (claims["sub"], claims["role"]) == ("user-1", "authenticated")
    assert claims["exp"] - claims["iat"] == 3600


def test_token_of_any_user_role_and_lifetime(default_caller):
    statuses = [
        default_caller.http.post(
            PREFERENCE, json=fresh(), headers=bearer(run_command("token", *words).stdout.strip())
        ).status_code
        for words in (("--sub", "anna"), ("--role", "anon"), ("--ttl", "-60"))
    ]

    assert statuses == [200, 403, 401]


def test_token_of_an_api_that_takes_keys_is_its_default_key():
    assert run_command("token", "--api", "suprsend").stdout == f"{KEY}\n"


def test_token_and_key_are_those_of_own_fixtures(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(
        "onlyautomator: {credentials: {subject: anna}, fans: []}\n"
        "suprsend: {credentials: {api_keys: [{key: SS.own}]}, objects: [], categories: []}"
    )
    printed = run_command("--fixtures", file, "token").stdout.strip()

    assert jwt.decode(printed, options={"verify_signature": False})["sub"] == "anna"
    assert run_command("--fixtures", file, "token", "--api", "suprsend").stdout == "SS.own\n"


def test_short_secret_is_taken_without_a_word():
    ran = run_command("token", MOCKSERVER_JWT_SECRET="short")

    assert (ran.returncode, ran.stderr) == (0, "")
    jwt.get_unverified_header(ran.stdout.strip())


def test_choices_lists_every_choice_of_every_contract():
    told, place = set(), ""
    for line in run_command("choices").stdout.splitlines():
        if line.startswith(" "):
            told.add((place, line.strip()))
        else:
            place = line

    for api in openapi.api_names():
        found = list(openapi.list_choices(openapi.load_contract(api)))
        assert found
        assert set(found) <= told


def test_version_and_help_are_for_people():
    assert run_command("--version").stdout.startswith("mockserver ")
    shown = run_command("--help").stdout
    for word in (
        "--api",
        "--host",
        "--port",
        "--seed",
        "--fixtures",
        "--auth",
        "--quiet",
        "token",
        "choices",
    ):
        assert word in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "--ttl" in run_command("token", "--help").stdout


def list_mistakes(tmp_path):
    """Yield command lines with a mistake, and words that the one line about it has."""

    def write_file(name: str, text: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    good = "credentials: {subject: u}"
    yield ["--api", "onlyautomatr"], ["'onlyautomatr'", "did you mean 'onlyautomator'?"]
    yield ["--api", "zzz"], ["'zzz'", "onlyautomator, suprsend"]
    yield ["token", "--api", "suprsnd"], ["'suprsnd'", "did you mean 'suprsend'?"]
    yield ["--fixtures", str(tmp_path / "none.yaml")], ["none.yaml", "No such file"]
    yield ["--fixtures", str(tmp_path)], [str(tmp_path), "Is a directory"]
    yield ["--fixtures", write_file("a.yaml", "a: [")], ["a.yaml", "is not YAML", "line 2"]
    yield ["--fixtures", write_file("b.yaml", b"\xff\xfe\x00")], ["b.yaml", "is UTF-16; save it as UTF-8"]
    yield ["--fixtures", write_file("c.yaml", "")], ["c.yaml", "not hold a mapping"]
    yield ["--fixtures", write_file("d.yaml", "- 1")], ["d.yaml", "not hold a mapping"]
    yield ["--fixtures", write_file("e.yaml", "suprsnd: {}")], ["suprsnd", "did you mean 'suprsend'?"]
    yield (
        ["--fixtures", write_file("f.yaml", f"onlyautomator: {{{good}, fens: []}}")],
        ["fens", "did you mean 'fans'?"],
    )
    yield (
        ["--fixtures", write_file("g.yaml", "onlyautomator: {credentials: {sub: u}, fans: []}")],
        ["credentials.sub", "did you mean 'subject'?"],
    )
    yield (
        ["--fixtures", write_file("h.yaml", f"onlyautomator: {{{good}, fans: [12345]}}")],
        ["h.yaml:1: onlyautomator.fans[0]: must be text, not 12345; put it in quotes"],
    )
    yield (
        ["--fixtures", write_file("i.yaml", "onlyautomator:")],
        ["i.yaml:1: onlyautomator: must have members"],
    )
    categories = "{slug: a, name: A, default_preference: opt_in, channels: [emial]}"
    yield (
        [
            "--fixtures",
            write_file(
                "j.yaml", f"suprsend: {{{good}, objects: [], tenants: [], categories: [{categories}]}}"
            ),
        ],
        ["categories[0].channels", "'emial'", "did you mean 'email'?"],
    )
    yield (
        ["--api", "suprsend", "--fixtures", write_file("k.yaml", "onlyautomator: {}")],
        ["not an API served here"],
    )
    yield ["--host", "no-such-host.invalid"], ["no-such-host.invalid", "--host"]
    yield ["--host", "192.0.2.1"], ["192.0.2.1", "--host"]


def test_every_mistake_is_one_clear_line_and_exit_status_2(tmp_path):
    for words, told in list_mistakes(tmp_path):
        ran = run_command(*words)

        assert (ran.returncode, ran.stdout) == (2, ""), words
        assert ran.stderr.startswith("mockserver: ")
        assert ran.stderr.count("\n") == 1, ran.stderr
        assert all(word in ran.stderr for word in told), ran.stderr


def test_port_in_use_is_one_clear_line_and_exit_status_2(url):
    port = url.rpartition(":")[2]

    ran = run_command("--port", port)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        f"mockserver: cannot listen on 127.0.0.1:{port}: Address already in use; "
        "choose another --port, or --port 0 for a free one\n"
    )


def test_mistake_is_told_rather_than_a_port_that_another_stub_has(url):
    """As happens to whoever tries an option while a stub of the usual port runs."""
    port = url.rpartition(":")[2]

    assert "gone.yaml: cannot be read" in run_command("--port", port, "--spec", "gone.yaml").stderr
    assert "is not a choice" in run_command("--port", port, "--choose", "suprsend/no=ignored").stderr


@pytest.mark.parametrize("words", [["--port", "70000"], ["--port", "x"], ["--auth", "none"], ["--seed", "x"], ["run"],
                                   ["token", "--ttl", "nan"], ["--unknown"]], ids=" ".join)  # fmt: skip
def test_usage_error_is_exit_status_2_without_a_traceback(words):
    ran = run_command(*words)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Error: " in ran.stderr
    assert "Traceback" not in ran.stderr


def test_module_runs_like_the_command_and_tells_its_version_before_the_slow_imports():
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mockserver", "--version"],
        capture_output=True,
        text=True,
        timeout=20,
    )

    assert ran.stdout == run_command("--version").stdout
    assert "mockserver.command.cli" in ran.stderr
    assert not re.search(r"\b(asyncio|connexion|httpx2|jsonschema_rs|jwt|pydantic|ssl|uvicorn)\b", ran.stderr)
