"""Settings from flags, the environment and mockserver.toml, and a state kept in a file."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any, get_type_hints

import httpx2
import pytest
import typer

from mockserver.command.cli import app
from mockserver.command.files.state_file import CannotSave, load_state, lock_state_file, save_state
from mockserver.command.settings import Settings, check_environment, read_settings
from mockserver.http.problems import CannotStart
from mockserver.services.service import load_services
from mockserver.session.session import collect_ids
from mockserver.stub import Stub
from tests.testbed.calls import PREFERENCE, bearer, token
from tests.testbed.forks.commands import forked_command
from tests.testbed.session_caller import A_FAN
from tests.testbed.stubs import run_command, serve_command, start_command


def write_settings(folder: Path, text: str) -> Path:
    file = folder / "mockserver.toml"
    file.write_text(text)
    return file


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path, monkeypatch):
    write_settings(tmp_path, 'seed = 1\nquiet = true\nsession-ttl = 5\napi = ["suprsend"]\n')
    monkeypatch.chdir(tmp_path)
    told = {"MOCKSERVER_SEED": "2"}
    for variables, words, seed in (({}, (), 1), (told, (), 2), (told, ("--seed", "3"), 3)):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with serve_command(*words) as url:
            version = httpx2.get(f"{url}/__admin/version").json()
        assert (version["seed"], version["apis"]) == (seed, ["suprsend"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "prot is not a setting; did you mean 'port'?"),
        ("[server]\nport = 1", "server is not a setting"),
        ('port = "4010"', 'port is "4010"; it must be a whole number'),
        ("port = true", "port is true; it must be a whole number"),
        ("port = 1.5", "port is 1.5; it must be a whole number"),
        ('quiet = "yes"', 'quiet is "yes"; it must be true or false'),
        ('api = "suprsend"', 'api is "suprsend"; it must be a list of texts'),
        ("host = 1", "host is 1; it must be text in quotes"),
        ("port = ", "not TOML"),
    ],
)
def test_setting_that_means_nothing_is_refused_in_one_line(tmp_path, text, said):
    file = write_settings(tmp_path, f"# what a team has settled on\nseed = 1\n{text}")

    with pytest.raises(CannotStart) as refused:
        read_settings(file)

    assert str(refused.value).startswith(f"{file}: " if said == "not TOML" else f"{file}:3: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_setting_with_the_name_of_a_command_leaves_the_command_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "choices.yaml").write_text("suprsend: {unknown-channel: ignored}\n")
    values = {"choices": '"choices.yaml"'}
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    alike = commands.keys() & get_type_hints(Settings)
    assert alike == values.keys()
    for name in alike:
        write_settings(tmp_path, f"{name} = {values[name]}\n")
        for command in commands:
            assert run_command(command, "--help").returncode == 0
        assert "ignored (in force)" in run_command("choices").stdout


def test_value_that_no_setting_takes_is_told_to_be_of_the_file(tmp_path):
    said = run_command("--config", write_settings(tmp_path, "port = 99999")).stderr

    assert said.endswith("Invalid value for '--port' in the file of settings: must be at most 65535\n")


def test_command_names_a_wrong_setting_without_a_traceback(tmp_path):
    file = write_settings(tmp_path, "sed = 1")
    ran = subprocess.run(
        [forked_command("mockserver"), "--config", str(file)], capture_output=True, text=True, timeout=20
    )

    assert (ran.returncode, ran.stderr) == (
        2,
        f"mockserver: {file}:1: sed is not a setting; did you mean 'seed'?\n",
    )


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("MOCKSERVER_PROT", "did you mean 'PORT'?"),
        ("MOCKSERVER_X", "known are ADMIN_TOKEN, "),
    ],
)
def test_variable_that_means_nothing_is_refused_in_one_line(variable, said):
    ran = run_command("token", **{variable: "1"})

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"mockserver: {variable} in the environment is not a setting; {said}")
    assert ran.stderr.count("\n") == 1


def test_variables_that_others_set_are_left_alone():
    others = [
        "PATH",
        "MOCKSERVER_SERVICE_HOST",
        "MOCKSERVER_SERVICE_PORT_HTTP",
        "MOCKSERVER_PORT_4010_TCP_ADDR",
    ]
    told = [
        "MOCKSERVER_URL",
        "MOCKSERVER_TOKEN",
        "MOCKSERVER_API_KEY",
        "MOCKSERVER_JWKS",
        "MOCKSERVER_SESSION_TTL",
    ]

    check_environment([*others, *told])


# The state's file


def write_preference(url: str) -> None:
    httpx2.post(url + PREFERENCE, json=A_FAN, headers=bearer(token())).raise_for_status()


def test_state_is_saved_at_the_end_and_loaded_at_the_start(tmp_path):
    file = tmp_path / "state.json"
    with start_command("--quiet", "--state", str(file)) as (url, process):
        write_preference(url)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)
    saved = json.loads(file.read_text())
    assert saved["onlyautomator"]["preferences"][0]["fanId"] == "12345"

    with start_command("--quiet", "--state", str(file)) as (url, process):
        assert httpx2.get(f"{url}/__admin/state").json() == saved
        write_preference(url)
        process.kill()
        process.wait(timeout=10)
    assert json.loads(file.read_text()) == saved


def test_state_is_kept_when_the_terminal_is_closed(tmp_path):
    file = tmp_path / "state.json"
    with start_command("--quiet", "--state", str(file)) as (url, process):
        write_preference(url)
        process.send_signal(signal.SIGHUP)
        process.wait(timeout=10)

    assert json.loads(file.read_text())["onlyautomator"]["preferences"][0]["fanId"] == "12345"


def test_state_has_one_stub_at_a_time(tmp_path):
    file = str(tmp_path / "state.json")
    with start_command("--quiet", "--state", file):
        other = run_command("--port", "0", "--state", file)

    assert (other.returncode, other.stdout) == (2, "")
    assert other.stderr == f"mockserver: {file}: another stub keeps its state there; name another file\n"


def test_state_behind_a_link_stops_the_start_and_names_the_file(tmp_path):
    file, link = tmp_path / "state.json", tmp_path / "link.json"
    link.symlink_to(file)

    with pytest.raises(CannotStart) as refused:
        load_state(link, Stub(load_services()))

    assert str(refused.value) == f"{link}: is a link; name the file that it leads to, {file}"
    assert not file.exists()


def test_state_in_a_folder_that_cannot_be_written_stops_the_start_and_names_the_file():
    file = Path(os.devnull) / "state.json"

    with pytest.raises(CannotStart) as refused, lock_state_file(file):
        pass

    assert str(refused.value) == f"{file}: the state could not be saved at the end: Not a directory"


def test_lock_that_somebody_linked_elsewhere_stops_the_start(tmp_path):
    (tmp_path / ".state.json.lock").symlink_to(tmp_path / "elsewhere")

    with (
        pytest.raises(CannotStart, match=r"\.state\.json\.lock: the lock of the state file cannot be taken"),
        lock_state_file(tmp_path / "state.json"),
    ):
        pass

    assert not (tmp_path / "elsewhere").exists()


def test_state_keeps_its_mode_and_leaves_nothing_beside(tmp_path):
    file = tmp_path / "state.json"
    file.write_text("{}")
    file.chmod(0o600)
    stub = Stub(load_services())
    with lock_state_file(file):
        load_state(file, stub)
        save_state(file, stub)

    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_disk_that_is_full_stops_the_start(tmp_path, monkeypatch):
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)

    with pytest.raises(CannotStart, match="could not be saved at the end: No space left on device"):
        load_state(tmp_path / "state.json", Stub(load_services()))

    assert list(tmp_path.iterdir()) == []


def test_pipe_in_place_of_the_state_stops_the_start(tmp_path):
    os.mkfifo(tmp_path / "state.json")
    with pytest.raises(CannotStart, match="a pipe or a device"):
        load_state(tmp_path / "state.json", Stub(load_services()))


def test_deepest_value_that_is_accepted_is_loaded_again(tmp_path):
    file = tmp_path / "state.json"
    value: Any = 1
    for _ in range(199):
        value = [value]
    stub = Stub(load_services())
    record = {"fanId": "12345", "userId": "u", "category": "c", "preference": "p", "source": "manual", "id": "1",
              "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z"}  # fmt: skip
    document = {"onlyautomator": {"fans": ["12345"], "preferences": [{**record, "value": value}]}}
    session = stub.sessions.default
    saved = stub.admin.state.read_document(document, session.stores)
    session.load(saved, collect_ids(saved))
    save_state(file, stub)

    load_state(file, Stub(load_services()))


def test_save_that_fails_says_so_and_leaves_nothing(tmp_path):
    target = tmp_path / "folder"
    (target / "x").mkdir(parents=True)

    with pytest.raises(CannotSave, match="the state cannot be saved"):
        save_state(target, Stub(load_services()))

    assert list(tmp_path.iterdir()) == [target]


def test_command_says_that_it_could_not_save(tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    ran = run_command("--state", folder / "state.json", "run", "--", "rm", "-r", str(folder))

    assert (
        ran.stderr
        == f"mockserver: {folder}/state.json: the state cannot be saved: No such file or directory\n"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "the file is not JSON: "), ("[]", "does not hold a state"),
     ('{"nope": {}}', "nope: is not an API served here"),
     ('{"onlyautomator": {"fan": []}}', "did you mean 'fans'?"), ('{"a": NaN}', "NaN is not a JSON value"),
     ('{"a": {}, "a": {}}', 'the member "a" is given twice'), ('{"a": "\\ud800"}', "the file holds a lone surrogate"),
     ("[" * 300 + "]" * 300, "the file nests more than 210 levels deep")],
)  # fmt: skip
def test_state_that_is_none_stops_the_start(tmp_path, content, said):
    file = tmp_path / "state.json"
    file.write_text(content)

    with pytest.raises(CannotStart) as refused:
        load_state(file, Stub(load_services()))

    assert said in str(refused.value)


def test_start_that_fails_leaves_nothing_beside_the_state(tmp_path):
    file = tmp_path / "state.json"
    file.write_text("{")

    assert run_command("--port", "0", "--state", file).returncode == 2
    assert list(tmp_path.iterdir()) == [file]


def test_state_in_no_folder_stops_the_start(tmp_path):
    with (
        pytest.raises(CannotStart, match="there is no such folder"),
        lock_state_file(tmp_path / "no" / "state.json"),
    ):
        pass
