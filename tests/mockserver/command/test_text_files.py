"""Files as tools of Windows write them: with a byte order mark before the text, or in UTF-16."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mockserver.command.files.state_file import load_state
from mockserver.command.settings import read_settings
from mockserver.http.problems import CannotStart
from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.mockserver.auth.public_keys import STRANGER, call, jwk, serve_with_keys, sign
from tests.mockserver.services.contracts import one
from tests.testbed.stubs import run_command

Read = Callable[[Path], object]

FANS = {"onlyautomator": {"fans": ["Zoë"], "preferences": []}}


def read_state(file: Path) -> object:
    stub = Stub(load_services())
    load_state(file, stub)
    return stub.admin.state.render_state(stub.sessions.default.save())["onlyautomator"]["fans"]


# The name of a file, its text, how it is read, and what comes of it.
FILES: dict[str, tuple[str, str, Read, object]] = {
    "settings": ("mockserver.toml", 'host = "müller"', read_settings, {"host": "müller"}),
    "state": ("state.json", json.dumps(FANS, ensure_ascii=False), read_state, ["Zoë"]),
    "fixtures": (
        "fixtures.yaml",
        "onlyautomator: {fans: [Zoë]}",
        lambda file: load_services(["onlyautomator"], file)[0].fixtures.fans,
        ["Zoë"],
    ),
    "contract": ("a.json", json.dumps(one()), lambda file: openapi_file.load_service(file).name, "a"),
    "contract in YAML": ("a.yaml", json.dumps(one()), lambda file: openapi_file.load_service(file).name, "a"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("name", FILES)
def test_byte_order_mark_is_passed_over(tmp_path, name, encoding):
    file, text, read, found = FILES[name]
    (tmp_path / file).write_text(text, encoding)

    assert read(tmp_path / file) == found


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-16", "is UTF-16"), ("latin-1", "is not UTF-8"), ("utf-16-be", "")],
)
@pytest.mark.parametrize("name", FILES)
def test_other_encoding_is_refused_in_one_line(tmp_path, name, encoding, said):
    file, text, read, _ = FILES[name]
    (tmp_path / file).write_text(text + " # Zoë", encoding)

    with pytest.raises(CannotStart) as refused:
        read(tmp_path / file)

    assert str(refused.value).startswith(f"{tmp_path / file}: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_kit_of_a_contract_with_a_mark_has_none(tmp_path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps(one()), "utf-8-sig")

    ran = run_command("export", tmp_path / "kit", "--spec", file)

    assert ran.returncode == 0, ran.stderr
    assert json.loads((tmp_path / "kit/openapi/a.json").read_bytes().decode()) == one()


def test_keys_with_a_mark_are_read(tmp_path):
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [jwk(STRANGER, kid="a")]}), "utf-8-sig")

    with serve_with_keys(file) as url:
        assert call(url, sign(STRANGER, kid="a")).status_code == 200
