"""A profile that cannot be used is one clear line: what, where, what to do."""

import json
import sys

import pytest

import openapi
from conformance.http.credentials.secret import Secret
from conformance.judge.suites import profile_template, read_profile, suite_of
from conformance.target import resolution
from conformance.target.model import BadProfile
from conformance.target.profile import move_profile

TEMPLATE_URL = "https://your-server.example.com"
GOOD = {
    "api": "onlyautomator",
    "base_url": "http://127.0.0.1:9/base/",
    "credentials": {"user": "a-token"},
    "fixtures": {"fan_id": "12345"},
}


def without(*path):
    return changed(*path, value=...)


def changed(*path, value):
    def copy(node, rest):
        if not rest:
            return value
        new = dict(node)
        new[rest[0]] = copy(node.get(rest[0], {}), rest[1:])
        if new[rest[0]] is ...:
            del new[rest[0]]
        return new

    return copy(GOOD, path)


def test_good_profile_is_read():
    target = read_profile(GOOD)

    assert target.base_url == "http://127.0.0.1:9/base"
    assert target.credentials.user.reveal() == "a-token"
    assert (target.patience.timeout_s, target.patience.retry_s, target.patience.rate_per_s) == (10, 30, None)


@pytest.mark.parametrize(
    ("profile", "complaint"),
    [
        ({}, "profile: api: name the API to judge against; there are onlyautomator, suprsend"),
        *(
            (
                {key: "1", "paths": {}},
                "profile: is an OpenAPI file and no target profile; `conformance init --spec",
            )
            for key in ("openapi", "swagger")
        ),
        (
            {"api": "suprsend", "verdict": "conformant", "requirements": []},
            "profile: is a report of `conformance run` and no target profile; `conformance init API` prints one",
        ),
        (
            changed("api", value="onlyautomat"),
            "profile: api: no API 'onlyautomat'; did you mean 'onlyautomator'?",
        ),
        (without("base_url"), "profile: base_url: is missing; add it"),
        (changed("base_url", value="staging.example.com"), "profile: base_url: not an http or https URL"),
        (changed("base_url", value="http://"), "profile: base_url: not an http or https URL"),
        (changed("base_url", value="http://a:99999"), "profile: base_url: not a URL"),
        (changed("base_url", value="http://u:p@a"), "profile: base_url: holds a user name or password"),
        (changed("base_url", value="http://a/?b=c"), "profile: base_url: has a query"),
        (without("credentials"), "profile: credentials: is missing"),
        (changed("credentials", value="token"), "profile: credentials: is not a mapping"),
        (without("credentials", "user"), "profile: credentials.user: is missing"),
        (changed("credentials", "user", value=7), "profile: credentials.user: is not a credential"),
        (changed("credentials", "user", value=""), "profile: credentials.user: is empty"),
        (
            changed("credentials", "user", value="a\nb"),
            "profile: credentials.user: holds a character that no HTTP header",
        ),
        (
            changed("credentials", "usr", value="x"),
            "profile: credentials: unknown key 'usr'; did you mean 'user'?",
        ),
        (changed("fixture", value={}), "profile: unknown key 'fixture'; did you mean 'fixtures'?"),
        (
            changed("fixtures", "fan_id", value=12345),
            "profile: fixtures.fan_id: is not text; put it in quotes",
        ),
        (
            changed("patience", value={"timeout_s": "10s"}),
            "profile: patience.timeout_s: is not a number; write it without a unit, like 10",
        ),
        (
            changed("proxy", value="http://p:99999"),
            "with a port up to 65535",
        ),
        (
            changed("patience", value={"timeout_s": 0}),
            "profile: patience.timeout_s: must be greater than 0",
        ),
        (changed("patience", value={"timeout": 1}), "did you mean 'timeout_s'?"),
        (
            changed("patience", value={"retry_s": float("nan")}),
            "profile: patience.retry_s: must be a number",
        ),
        (changed(7, value=1), "profile: unknown key '7'"),
        (
            changed("fixtures", "other_fan_id", value="12345"),
            "profile: fixtures: other_fan_id is the same as fan_id; name another one",
        ),
        (
            changed("credentials", "other_user", value="a-token"),
            "profile: credentials: other_user is the same as user; name another one",
        ),
        (
            changed("capabilities", value=["readback"]),
            "profile: capabilities: unknown capability 'readback'; known: read_back",
        ),
        (changed("capabilities", value="read_back"), "profile: capabilities: must be a list"),
    ],
)
def test_bad_profile_says_what_where_and_what_to_do(profile, complaint):
    with pytest.raises(BadProfile) as refusal:
        read_profile(profile)

    assert complaint in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1


def test_every_fault_has_its_line():
    with pytest.raises(BadProfile) as refusal:
        read_profile({"api": "onlyautomator", "credentials": {}, "fixtures": {}})

    assert len(str(refusal.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"api: [", "is not YAML: "),
        (b"- 1", "is not a target profile"),
        (b"", "is not a target profile"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"a: !!python/object:os.system {}", "the tag !!python/object:os.system names no value of JSON"),
        (b"a: {b: 1}\nc: {b: 1}\na: 2", "duplicate key 'a' in line 3, column 1"),
        (b"a:\n  b: 1\n  b: 2", "duplicate key 'b' in line 3, column 3"),
    ],
)
def test_file_that_is_no_profile(tmp_path, text, complaint):
    file = tmp_path / "target.yaml"
    file.write_bytes(text)
    with pytest.raises(BadProfile) as refusal:
        read_profile(file)

    assert str(refusal.value).startswith(f"{file}: {complaint}")
    assert len(str(refusal.value).splitlines()) == 1


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(BadProfile, match="cannot be read: No such file or directory; name a target profile"):
        read_profile(tmp_path / "target.yaml")
    with pytest.raises(BadProfile, match="cannot be read: Is a directory"):
        read_profile(tmp_path)


def test_credential_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "from the environment")
    target = read_profile(changed("credentials", "user", value="${MY_TOKEN}"))

    assert target.credentials.user.reveal() == "from the environment"
    assert repr(target.credentials.user) == str(target.credentials.user) == "$MY_TOKEN"


def test_base_url_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("PORT", "4010")

    assert (
        read_profile(changed("base_url", value="http://localhost:${PORT}")).base_url
        == "http://localhost:4010"
    )


@pytest.mark.parametrize(("value", "state"), [(None, "is not set"), ("", "is empty")])
def test_missing_variable_is_named_with_its_key(monkeypatch, value, state):
    monkeypatch.delenv("MY_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("MY_TOKEN", value)
    with pytest.raises(BadProfile, match=rf"MY_TOKEN {state}; .* where it is optional"):
        read_profile(changed("credentials", "user", value="${MY_TOKEN}"))


def test_credential_comes_from_a_command():
    command = [sys.executable, "-c", "print('from a command')"]

    assert read_profile(
        changed("credentials", "user", value={"command": command})
    ).credentials.user.reveal() == ("from a command")


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("echo token", "command is not a list of words"),
        ([], "command is not a list of words"),
        (["/no/such/program"], "failed: No such file or directory"),
        ([sys.executable, "-c", "raise SystemExit(7)"], "failed: exit status 7"),
        ([sys.executable, "-c", ""], "is empty"),
        (
            ["sh", "-c", "echo first >&2; echo gone: no such vault >&2; exit 4"],
            "exit status 4: gone: no such vault",
        ),
    ],
)
def test_command_that_gives_no_credential(command, complaint):
    with pytest.raises(BadProfile) as refusal:
        read_profile(changed("credentials", "user", value={"command": command}))

    assert "credentials.user: " in str(refusal.value)
    assert complaint in str(refusal.value)


def test_complaint_of_a_command_does_not_tell_a_credential(monkeypatch):
    monkeypatch.setenv("VAULT_TOKEN", "hush-hush")
    command = ["sh", "-c", "echo half-a-token; echo no $VAULT_TOKEN, no half-a-token >&2; exit 1"]
    with pytest.raises(BadProfile, match=r"exit status 1: no \$VAULT_TOKEN, no \$PRINTED$"):
        read_profile(changed("credentials", "user", value={"command": command}))


@pytest.mark.parametrize(
    "credential",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
        "Bearer hush",
        "SS.Wm9lIGhhcyAxMiBrZXlz",
        "5f4dcc3b5aa765d61d8327deb882cf99",
    ],
)
def test_complaint_of_a_command_does_not_tell_what_looks_like_a_credential(credential):
    command = ["sh", "-c", 'echo "session $0 has expired" >&2; exit 1', credential]
    with pytest.raises(BadProfile, match=r"exit status 1: .*\[redacted\]") as refusal:
        read_profile(changed("credentials", "user", value={"command": command}))

    assert credential.removeprefix("Bearer ") not in str(refusal.value)


def test_complaint_of_a_command_is_kept_where_it_is_none():
    complaint = "/opt/Projects/Preferences2026/token.sh: f47ac10b-58cc-4372-a567-0e02b2c3d479 is unknown"
    command = ["sh", "-c", 'echo "$0" >&2; exit 1', complaint]
    with pytest.raises(BadProfile) as refusal:
        read_profile(changed("credentials", "user", value={"command": command}))

    assert str(refusal.value).endswith(complaint)


def test_command_runs_in_the_folder_of_the_profile(tmp_path, monkeypatch):
    script, file = tmp_path / "prefs" / "token.sh", tmp_path / "prefs" / "target.yaml"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho a-token\n")
    script.chmod(0o755)
    file.write_text(json.dumps(changed("credentials", "user", value={"command": ["./token.sh"]})))
    monkeypatch.chdir(tmp_path)

    for path in (file, file.relative_to(tmp_path)):
        secret = read_profile(path).credentials.user
        assert (secret.reveal(), secret.renew(5)) == ("a-token", "a-token")
    script.unlink()
    with pytest.raises(BadProfile, match=rf"No such file .*run in the profile's folder, {file.parent}$"):
        read_profile(file)


@pytest.mark.parametrize("before", ["Bearer ", "bearer  ", "Authorization: Bearer "])
def test_word_before_a_printed_token_is_understood(before):
    secret = read_profile(
        changed("credentials", "user", value={"command": ["echo", f"{before}a-token"]})
    ).credentials.user

    assert (secret.reveal(), secret.renew(5)) == ("a-token", "a-token")


def test_word_before_a_given_token_is_refused():
    with pytest.raises(
        BadProfile, match=r"credentials\.user: begins with the word Bearer, which is sent anyway"
    ):
        read_profile(changed("credentials", "user", value="Bearer a-token"))


def test_command_that_takes_long_is_said_to_be_waited_for(monkeypatch, capsys):
    monkeypatch.setattr(resolution, "SILENT_FOR_S", 0)
    command = [sys.executable, "-c", "print('a-token')"]
    read_profile(changed("credentials", "user", value={"command": command}))
    said = capsys.readouterr().err

    assert "profile: credentials.user: waiting for the command" in said
    assert ", 60 s at the most" in said


def test_refusal_does_not_tell_the_credential():
    for key, value in {"usr": "hush-hush", "user": "hush-\x01"}.items():
        with pytest.raises(BadProfile) as refusal:
            read_profile(changed("credentials", key, value=value))
        assert "hush" not in str(refusal.value)


def test_secret_shows_its_name_only():
    secret = Secret("hush-hush", "MY_TOKEN")

    assert f"{secret} {secret!r} {[secret]} {read_profile(GOOD)}".count("hush") == 0


@pytest.mark.parametrize("api", openapi.api_names())
def test_template_is_a_good_profile_once_it_names_a_server(api, tmp_path, monkeypatch):
    text = profile_template(api)
    for name in set(resolution.VARIABLE.findall(text)):
        monkeypatch.setenv(name, "a-token")
    file = tmp_path / "target.yaml"
    file.write_text(text)
    with pytest.raises(
        BadProfile, match=r"target\.yaml: base_url: is still the template's; write the address"
    ):
        read_profile(file)
    file.write_text(text.replace(TEMPLATE_URL, "http://127.0.0.1:9"))

    assert read_profile(file).api == api
    assert suite_of(read_profile(file)).what_a_run_writes.startswith("A run ")


def test_profile_moves_to_another_address_without_how_the_first_is_reached():
    given = read_profile(GOOD | {"proxy": "http://proxy:3128", "patience": {"rate_per_s": 1, "timeout_s": 2}})
    moved = move_profile(given, "http://stub:4010/", "--stub")

    assert (moved.base_url, moved.proxy) == ("http://stub:4010", None)
    assert (moved.patience.rate_per_s, moved.patience.timeout_s) == (None, 2)
    assert (moved.credentials, moved.fixtures) == (given.credentials, given.fixtures)
    with pytest.raises(BadProfile, match=r"^--stub http://: not an http or https URL"):
        move_profile(given, "http://", "--stub")
