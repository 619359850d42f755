"""What ``mockserver export`` writes, where it writes it, and where it does not."""

from __future__ import annotations

import json
import os
import re
import secrets
from pathlib import Path

import httpx2
import pytest
import yaml

import openapi
from mockserver.services.service import load_services
from tests.mockserver.export.contract_examples import (
    LIBRARY,
    SPECS,
    list_answer_examples,
    list_request_examples,
)
from tests.testbed.stubs import run_command, run_process, serve_command

OF_EACH = ("collection/{}.postman_collection.json", "msw/{}.d.ts", "msw/{}.js", "openapi/{}.yaml")
OWN = openapi.api_names()


def run_export(folder: Path, *words: str | Path) -> set[str]:
    """Export to *folder* and name the files that lie there then."""
    ran = run_command("export", folder, *words)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert str(folder / "README.md") in ran.stdout
    return set(read_files(folder))


def read_files(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in files}


def refuse_export(*words: str | Path) -> str:
    """Have an export refused, in one line."""
    ran = run_command("export", *words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert re.fullmatch(r"mockserver: .+\n", ran.stderr)
    return ran.stderr


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    """A kit of everything that ships, and of a contract of somebody's own."""
    folder = tmp_path_factory.mktemp("export") / "kit"
    run_export(folder, "--spec", str(LIBRARY), *(word for name in OWN for word in ("--api", name)))
    return folder


def list_requests(kit: Path, api: str) -> list[tuple[str, dict]]:
    """List the requests of a collection, each with the name of its operation's folder."""
    collection = json.loads((kit / f"collection/{api}.postman_collection.json").read_text("utf-8"))
    found = []
    for folder in collection["item"]:
        *first, answers = folder["item"]
        found += [(folder["name"], item) for item in [*first, *answers["item"]]]
    return found


def list_headers(item: dict) -> dict[str, str]:
    return {one["key"]: one["value"] for one in item["request"]["header"] if not one.get("disabled")}


def test_kit_has_its_files(tmp_path):
    everything = {file.format(name) for name in OWN for file in (*OF_EACH, "types/{}.d.ts")}

    assert run_export(tmp_path / "new/kit") == everything | {
        ".mockserver-export",
        "README.md",
        "fixtures.yaml",
        "msw/package.json",
    }


def test_kit_is_of_what_is_picked_before_or_after_the_word(tmp_path, monkeypatch):
    first, *others = OWN
    assert others

    run_command("--api", first, "export", tmp_path / "before")
    run_export(tmp_path / "after", "--api", first)
    monkeypatch.setenv("MOCKSERVER_API", first)
    run_export(tmp_path / "variable")

    picked = read_files(tmp_path / "after")
    assert [name for name in picked if name.startswith("openapi/")] == [f"openapi/{first}.yaml"]
    assert picked == read_files(tmp_path / "before") == read_files(tmp_path / "variable")


def test_own_contract_brings_no_types_but_the_line_that_makes_them(tmp_path):
    files = run_export(tmp_path, "--spec", str(LIBRARY))

    assert files == {file.format("library") for file in OF_EACH} | {
        ".mockserver-export",
        "README.md",
        "msw/package.json",
    }
    tools = json.loads((Path(__file__).parents[2] / "testbed/node/package.json").read_text())[
        "devDependencies"
    ]
    assert (
        f"npx openapi-typescript@{tools['openapi-typescript']} openapi/library.yaml --default-non-nullable false"
        " --output types/library.d.ts\n" in (tmp_path / "README.md").read_text()
    )


def test_two_exports_are_the_same(kit, tmp_path):
    apis = [word for name in OWN for word in ("--api", name)]
    run_process("export", str(tmp_path / "again"), "--spec", str(LIBRARY), *apis, PYTHONHASHSEED="7")

    assert read_files(tmp_path / "again") == read_files(kit)


def test_contracts_are_copied_as_they_are(kit):
    assert (kit / "openapi/library.yaml").read_bytes() == LIBRARY.read_bytes()
    for name in OWN:
        assert (kit / f"openapi/{name}.yaml").read_bytes() == openapi.contract_path(name).read_bytes()


def test_fixtures_come_back_as_they_went(kit):
    known = {service.name: service.fixtures for service in load_services()}

    assert {
        service.name: service.fixtures for service in load_services(fixtures_file=kit / "fixtures.yaml")
    } == known


def test_stub_starts_with_the_fixtures_of_a_kit(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        yaml.safe_dump({"onlyautomator": {"credentials": {"subject": "ada"}, "fans": ["7", "8 ü"]}})
    )
    run_export(tmp_path / "kit", "--fixtures", str(own), "--api", "onlyautomator")

    with serve_command("--fixtures", str(tmp_path / "kit/fixtures.yaml")) as url:
        state = httpx2.get(f"{url}/__admin/state").json()

    assert "8 ü" in json.dumps(state, ensure_ascii=False)
    assert "24680" not in json.dumps(state)


def test_later_export_replaces_an_earlier_one_and_nothing_else(tmp_path):
    run_export(tmp_path)
    mine = [tmp_path / "types/mine.d.ts", tmp_path / "notes.txt"]
    for file in mine:
        file.write_text("mine")
    (tmp_path / "README.md").write_text("edited")

    files = run_export(tmp_path, "--api", OWN[0])

    assert (tmp_path / "README.md").read_text() != "edited"
    assert {name for name in files if OWN[1] in name} == set()
    assert [file.read_text() for file in mine] == ["mine", "mine"]
    assert run_export(tmp_path) - {"types/mine.d.ts", "notes.txt"} >= {f"openapi/{OWN[1]}.yaml"}


def test_export_that_was_cut_short_is_known_for_one(tmp_path, monkeypatch):
    """Its mark is written first: the files that are there already are no stranger's the next time."""
    run_export(tmp_path, "--api", OWN[0])
    monkeypatch.setattr(secrets, "token_hex", lambda _: "in-the-way")
    obstacle = tmp_path / "types/.in-the-way.new"
    obstacle.mkdir()

    assert "cannot be written" in refuse_export(tmp_path)
    obstacle.rmdir()

    assert f"openapi/{OWN[1]}.yaml" in read_files(tmp_path)
    assert f"types/{OWN[1]}.d.ts" not in read_files(tmp_path)
    assert f"types/{OWN[1]}.d.ts" in run_export(tmp_path)


def test_nothing_is_written_or_removed_behind_a_link(tmp_path):
    kit, outside = tmp_path / "kit", tmp_path / "outside"
    run_export(kit)
    (kit / "types").rename(outside)
    (kit / "types").symlink_to(outside)
    before = read_files(outside)

    assert f"{kit / 'types'}: is a link; remove it" in refuse_export(kit, "--api", OWN[0])
    assert read_files(outside) == before


def test_foreign_folder_is_left_alone(tmp_path):
    (tmp_path / "README.md").write_text("mine")

    assert "no export wrote it; name an empty folder" in refuse_export(tmp_path)
    assert read_files(tmp_path) == {"README.md": "mine"}


def test_foreign_file_in_the_way_is_left_alone(tmp_path):
    run_export(tmp_path, "--api", OWN[0])
    (tmp_path / f"msw/{OWN[1]}.js").write_text("mine")
    before = read_files(tmp_path)

    assert f"msw/{OWN[1]}.js: no export wrote this file; move it away" in refuse_export(tmp_path)
    assert read_files(tmp_path) == before


def test_mark_that_leads_outside_is_refused(tmp_path):
    (tmp_path / "outside.txt").write_text("mine")
    run_export(tmp_path / "kit")
    with (tmp_path / "kit/.mockserver-export").open("a") as mark:
        mark.write(os.path.join("..", "outside.txt") + "\n")  # noqa: PTH118 - no file of ours may spell it

    assert "lies outside" in refuse_export(tmp_path / "kit")
    assert (tmp_path / "outside.txt").exists()


def test_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("mine")

    named = f"{tmp_path / 'file'}: is a file; name a folder that is empty, not there, or an earlier export"
    assert named in refuse_export(tmp_path / "file")
    assert "file/kit: cannot be written: Not a directory" in refuse_export(tmp_path / "file/kit")
    assert "/proc/kit: cannot be written: " in refuse_export("/proc/kit")


def test_what_cannot_be_served_is_not_exported(tmp_path):
    assert "did you mean 'suprsend'?" in refuse_export(tmp_path / "kit", "--api", "suprsent")
    assert "cannot be read" in refuse_export(tmp_path / "kit", "--fixtures", tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_text("openapi: 4.0.0\n")
    assert "openapi 4.0.0 is not known" in refuse_export(tmp_path / "kit", "--spec", tmp_path / "bad.yaml")
    (tmp_path / "empty.yaml").write_text("openapi: 3.1.0\n")
    assert "has no operation" in refuse_export(tmp_path / "kit", "--spec", tmp_path / "empty.yaml")
    (tmp_path / f"{OWN[0]}.yaml").write_bytes(LIBRARY.read_bytes())
    twice = ("--spec", tmp_path / f"{OWN[0]}.yaml", "--api", OWN[0])
    assert f"{OWN[0]}: the name is taken" in refuse_export(tmp_path / "kit", *twice)
    assert not (tmp_path / "kit").exists()


@pytest.mark.parametrize("api", SPECS)
def test_collection_has_every_example_of_every_answer(kit, api):
    forced = [list_headers(item).get("Prefer", "") for _, item in list_requests(kit, api)]
    wanted = {
        f"code={one.status}, example="
        + (f'"{one.example}"' if " " in (one.example or "") else one.example or "example")
        for one in list_answer_examples(api)
    }

    assert wanted <= set(forced)


@pytest.mark.parametrize("api", SPECS)
def test_collection_keeps_every_example_with_the_first_request(kit, api):
    """Where Postman shows them."""
    kept = [answer for _, item in list_requests(kit, api) for answer in item.get("response", [])]
    bodies = {
        (answer["code"], answer["name"], answer["body"].replace("\n", "").replace(" ", "")) for answer in kept
    }

    for one in list_answer_examples(api):
        body = one.body if isinstance(one.body, str) else json.dumps(one.body, ensure_ascii=False)
        name = f"{one.status} {one.example or 'example'}"
        assert (one.status, name, body.replace(" ", "")) in bodies


@pytest.mark.parametrize("api", SPECS)
def test_collection_has_every_example_of_every_request(kit, api):
    found = [
        (folder, item["name"], json.loads(item["request"]["body"]["raw"]))
        for folder, item in list_requests(kit, api)
        if item["request"].get("body", {}).get("mode") == "raw" and "Prefer" not in list_headers(item)
    ]

    assert found == list(list_request_examples(api))


def test_collection_names_what_may_be_asked_for_and_asks_for_what_must(kit):
    _, item = next(one for one in list_requests(kit, "library") if one[0].startswith("List"))

    assert list_headers(item) == {"X-Key": "{{key}}", "X-App": "{{app}}", "X-Reader": "7"}
    query = [
        (one["key"], one["value"], one.get("disabled", False)) for one in item["request"]["url"]["query"]
    ]
    assert query == [("tags", "old", False), ("tags", "rare & dear", False), ("limit", "10", True)]
    assert item["request"]["url"]["path"] == ["shelves", ":kind", ":id", "books"]
    values = {one["key"]: one["value"] for one in item["request"]["url"]["variable"]}
    assert values == {"kind": "low", "id": "a%2Fb%20%C3%BC"}


def test_collection_takes_the_first_way_to_be_let_in(kit):
    """Of a token or a cookie it is the token; where nothing need be shown, nothing is."""
    by_name = dict(list_requests(kit, "library"))

    assert list_headers(by_name["update_book"])["Authorization"] == "Bearer {{token}}"
    assert "Cookie" not in list_headers(by_name["update_book"])
    assert "Authorization" not in list_headers(by_name["GET /shelves/{id}.json"])
    # A signature stands before the key in the contract, and no text can hold one.
    assert {"key": "key", "value": "{{query_key}}"} in by_name["delete_book"]["request"]["url"]["query"]
    assert "X-Signature" not in list_headers(by_name["delete_book"])


def test_collection_holds_local_keys_and_no_token(kit):
    def list_variables(api: str) -> dict[str, str]:
        text = (kit / f"collection/{api}.postman_collection.json").read_text("utf-8")
        return {one["key"]: one["value"] for one in json.loads(text)["variable"]}

    assert list_variables("suprsend")["api_key"] == "SS.local-development-key"
    assert list_variables("onlyautomator") == {"baseUrl": "http://127.0.0.1:4010", "bearer": ""}
    assert list_variables("library")["baseUrl"] == "http://127.0.0.1:4010/v2"


def test_every_example_is_in_the_handlers_and_in_their_types(kit):
    for api in SPECS:
        types = (kit / f"msw/{api}.d.ts").read_text("utf-8")
        for one in list_answer_examples(api):
            assert re.search(rf'^    {one.status}: .*"{one.example or "example"}"', types, re.MULTILINE), one


def test_handlers_have_nothing_that_no_page_can_use(tmp_path):
    """No browser sends TRACE, or makes an answer 204 with a body."""
    gone = {"description": "Gone", "content": {"application/json": {"example": {"left": 0}}}}
    operations = {
        "delete": {"operationId": "delete_it", "responses": {"204": gone}},
        "trace": {"operationId": "trace_it", "responses": {"200": gone}},
    }
    contract = {"openapi": "3.0.3", "info": {"title": "I", "version": "1"}, "paths": {"/it": operations}}
    (tmp_path / "it.json").write_text(json.dumps(contract))
    run_export(tmp_path / "kit", "--spec", tmp_path / "it.json")

    written = (tmp_path / "kit/msw/it.js").read_text("utf-8")

    assert 'answers: [{ status: 204, example: "example" }],' in written
    assert "trace" not in written + (tmp_path / "kit/msw/it.d.ts").read_text("utf-8")


def test_query_behind_a_path_is_in_the_query(tmp_path):
    operation = {"operationId": "list_it", "responses": {"204": {"description": "Done"}}}
    contract = {
        "openapi": "3.0.3",
        "info": {"title": "I", "version": "1"},
        "paths": {"/it?type=x": {"get": operation}},
    }
    (tmp_path / "it.json").write_text(json.dumps(contract))
    run_export(tmp_path / "kit", "--spec", tmp_path / "it.json")

    (_, item), *_ = list_requests(tmp_path / "kit", "it")
    assert item["request"]["url"]["raw"] == "{{baseUrl}}/it?type=x"
    assert item["request"]["url"]["path"] == ["it"]
    assert 'path: "/it"' in (tmp_path / "kit/msw/it.js").read_text("utf-8")


def test_types_know_every_operation():
    """They are made by another program, which has to be run when a contract changes: ``make typescript``."""
    folder = Path(__file__).parents[3] / "mockserver/export/types"
    for name in OWN:
        types = (folder / f"{name}.d.ts").read_text("utf-8")
        for item in SPECS[name]["paths"].values():
            for method in {*openapi.METHODS} & {*item}:
                assert f"    {item[method]['operationId']}: {{" in types
