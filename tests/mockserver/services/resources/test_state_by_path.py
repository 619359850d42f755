"""What is written to the paths of a contract alone is read again there, per session."""

from __future__ import annotations

import copy

import pytest
import yaml

from mockserver.contract.responses.answers import OFF_CONTRACT
from mockserver.http.problems import CannotStart
from mockserver.services import openapi_file
from mockserver.services.resources import handlers
from mockserver.services.resources.shape import find_list_shape
from tests.mockserver.services.resources.conftest import CONTRACT
from tests.testbed.stubs import run_command

NOW = "2030-03-17T17:46:40.000Z"


def test_item_is_created_read_listed_and_removed(shop):
    assert shop.get("/products").json() == {"data": [], "total": 0, "has_more": False}
    assert shop.get("/products/1").status_code == 404

    made = shop.post("/products", json={"id": 9, "name": "Tea", "price": 2.5, "secret": "s", "stock": 3})
    whole = {
        "id": 1,
        "name": "Tea",
        "price": 2.5,
        "category": "misc",
        "stock": 3,
        "createdAt": NOW,
        "updatedAt": NOW,
    }
    assert (made.status_code, made.json(), made.headers["Location"]) == (201, whole, "/v1/products/1")
    assert shop.get("/products/1").json() == whole
    listed = shop.get("/products")
    assert listed.json() == {"data": [whole], "total": 1, "has_more": False}
    assert listed.headers["X-Total-Count"] == "1"

    assert shop.delete("/products/1").status_code == 204
    assert [shop.get("/products/1").status_code, shop.delete("/products/1").status_code] == [404, 404]
    assert shop.post("/products", json={"name": "Rice"}).json()["id"] == 2


def test_item_is_changed_and_replaced(shop):
    shop.post("/products", json={"name": "Tea", "price": 2.5, "stock": {"here": 1, "there": 2}})

    changed = shop.patch(
        "/products/1", json={"price": None, "stock": {"here": 0}, "id": 7, "createdAt": "x"}
    ).json()
    assert changed["stock"] == {"here": 0, "there": 2}
    assert (changed["id"], changed["price"], changed["name"], changed["createdAt"]) == (1, None, "Tea", NOW)

    replaced = shop.put("/products/1", json={"id": 7, "name": "Rice"}).json()
    assert replaced == {"id": 1, "name": "Rice", "category": "misc", "createdAt": NOW, "updatedAt": NOW}
    assert shop.get("/products/1").json() == replaced
    assert [shop.put("/products/5", json={"id": 5, "name": "New"}).status_code] == [404]


def test_only_the_times_that_a_change_sets_are_set(start):
    item = {"id": 3, "name": "Tea", "createdAt": "2001-01-01T00:00:00Z", "updatedAt": "2001-01-01T00:00:00Z"}
    shop = start(items={"/products": [item]})

    changed = shop.patch("/products/3", json={"name": "Rice"}).json()

    assert (changed["createdAt"], changed["updatedAt"]) == ("2001-01-01T00:00:00Z", NOW)


def test_items_below_an_item_are_its_own(shop):
    made = shop.post("/users/ann/orders", json={"note": "quick"})
    order = made.json()["order"]
    assert made.status_code == 201
    assert order == {"id": order["id"], "state": "open", "note": "quick"}
    assert len(order["id"]) == 36

    assert shop.get("/users/ann/orders").json() == [order]
    assert shop.get("/users/bob/orders").json() == []
    assert shop.get(f"/users/ann/orders/{order['id']}").json() == {"order": order}
    assert shop.get(f"/users/bob/orders/{order['id']}").status_code == 404


def test_item_is_put_in_place_where_the_contract_documents_it(shop):
    id_ = "3fa85f64-5717-4562-b3fc-2c963f66afa6"

    statuses = [shop.put(f"/users/ann/orders/{id_}", json={"state": "paid"}).status_code for _ in range(2)]

    assert statuses == [201, 200]
    assert shop.get("/users/ann/orders").json() == [{"id": id_, "state": "paid"}]


def test_id_of_the_caller_is_taken_once(shop):
    order = {"id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "state": "open"}

    statuses = [shop.post("/users/ann/orders", json=order).status_code for _ in range(2)]

    assert statuses == [201, 409]
    assert shop.get("/users/ann/orders").json() == [order]


def test_new_number_is_none_that_another_item_has(start):
    shop = start(items={"/products": [{"id": 1, "name": "Tea"}, {"id": 3, "name": "Rice"}]})

    made = [shop.post("/products", json={"id": 0, "name": "Oil"}).json()["id"] for _ in range(2)]

    assert made == [2, 4]


def test_member_that_an_answer_may_not_have_is_not_shown(shop):
    made = shop.post("/users/ann/orders", json={"colour": "red"})

    assert "colour" not in made.json()["order"]
    assert OFF_CONTRACT not in made.headers


def test_refused_request_changes_nothing(shop):
    shop.post("/products", json={"id": 0, "name": "Tea"})

    assert shop.put("/products/1", json={"id": 1, "name": 5}).status_code == 400
    assert shop.get("/products/1").json()["name"] == "Tea"


@pytest.fixture
def patched(start):
    spec = copy.deepcopy(CONTRACT)
    kinds = {f"application/{name}+json": {"schema": {}} for name in ("merge-patch", "json-patch")}
    spec["paths"]["/products/{productId}"]["patch"]["requestBody"] = {"content": kinds}
    item = {"id": 4, "name": "Tea", "price": 2, "note": {"a": {"b": 1}, "c": [1, 2]}, "createdAt": NOW}
    return start(spec, items={"/products": [item]})


def test_null_of_a_merge_patch_removes_the_member(patched):
    change = {"price": None, "note": {"a": None, "d": {"e": None, "f": 1}}, "gone": None, "id": None}
    headers = {"Content-Type": "application/merge-patch+json; charset=utf-8"}
    changed = patched.patch("/products/4", json=change, headers=headers).json()

    expected = {
        "id": 4,
        "name": "Tea",
        "note": {"c": [1, 2], "d": {"f": 1}},
        "createdAt": NOW,
        "updatedAt": NOW,
    }
    assert changed == patched.get("/products/4").json() == expected


JSON_PATCHES = {
    "all": (
        [
            {"op": "test", "path": "/note/a", "value": {"b": 1.0}},
            {"op": "replace", "path": "/name", "value": "Rice"},
            {"op": "remove", "path": "/price"},
            {"op": "add", "path": "/note/c/-", "value": 3},
            {"op": "add", "path": "/note/c/0", "value": 0},
            {"op": "move", "from": "/note/a/b", "path": "/note/x~1y"},
            {"op": "copy", "from": "/note/c", "path": "/list"},
            {"op": "replace", "path": "/id", "value": 9},
            {"op": "remove", "path": "/createdAt"},
        ],
        {"name": "Rice", "note": {"a": {}, "c": [0, 1, 2, 3], "x/y": 1}, "list": [0, 1, 2, 3]},
    ),
    "failed test": ([{"op": "remove", "path": "/price"}, {"op": "test", "path": "/name", "value": "x"}], 409),
    "nothing to remove": ([{"op": "remove", "path": "/gone"}], 409),
    "nothing to replace": ([{"op": "replace", "path": "/gone", "value": 1}], 409),
    "index behind the end": ([{"op": "add", "path": "/note/c/3", "value": 1}], 409),
    "index with a zero": ([{"op": "remove", "path": "/note/c/01"}], 409),
    "into itself": ([{"op": "move", "from": "/note", "path": "/note/a/n"}], 409),
    "no object left": ([{"op": "replace", "path": "", "value": 1}], 409),
    "within a text": ([{"op": "add", "path": "/name/0", "value": 1}], 409),
    "no path": ([{"op": "remove"}], 400),
    "no value": ([{"op": "add", "path": "/name"}], 400),
    "no source": ([{"op": "copy", "path": "/name"}], 400),
    "no operation": ([{"op": "drop", "path": "/name"}], 400),
    "no pointer": ([{"op": "remove", "path": "name"}], 400),
    "no change": (["remove"], 400),
}


@pytest.mark.parametrize("name", JSON_PATCHES)
def test_json_patch_is_made_whole_or_not_at_all(patched, name):
    patch, expected = JSON_PATCHES[name]
    before = patched.get("/products/4").json()
    answer = patched.patch("/products/4", json=patch, headers={"Content-Type": "application/json-patch+json"})
    after = patched.get("/products/4").json()

    if isinstance(expected, int):
        assert (answer.status_code, after) == (expected, before)
    else:
        assert answer.json() == after == {"id": 4, "createdAt": NOW, "updatedAt": NOW, **expected}


@pytest.mark.parametrize("id_", [5, "not-a-uuid", True, {"a": 1}])
def test_id_of_the_caller_of_another_type_is_refused(shop, id_):
    refused = shop.post("/users/ann/orders", json={"id": id_, "state": "open"})

    assert (refused.status_code, list(refused.json()["detail"])) == (400, ["id"])
    assert shop.get("/users/ann/orders").json() == []


def test_what_is_irregular_is_answered_by_example(start):
    patch = {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}}
    spec = copy.deepcopy(CONTRACT)
    spec["paths"]["/products/{productId}"]["patch"]["requestBody"] = patch
    shop = start(spec, items={"/products": [{"id": 4, "name": "Tea"}]})

    assert shop.get("/status").json() == {"up": True}
    patched = shop.patch("/products/4", json=[{"op": "remove"}])
    assert (patched.status_code, "nothing was kept" in patched.headers["x-mock-problem"]) == (200, True)
    assert shop.get("/products/4").json() == {"id": 4, "name": "Tea"}


def test_sessions_are_apart_and_reset(start):
    shop = start(items={"/products": [{"id": 4, "name": "Tea"}]})
    one = {"X-Mock-Session": "one"}
    shop.post("/products", json={"id": 0, "name": "Rice"}, headers=one)

    assert [item["id"] for item in shop.get("/products", headers=one).json()["data"]] == [4, 1]
    assert [item["id"] for item in shop.get("/products").json()["data"]] == [4]
    root = str(shop.base_url).removesuffix("/v1/")
    assert shop.post(f"{root}/__admin/reset", headers=one).status_code == 204
    assert [item["id"] for item in shop.get("/products", headers=one).json()["data"]] == [4]


def test_state_is_a_document_of_items_by_path(start):
    shop = start(items={"/products": [{"id": 4, "name": "Tea"}]})
    state = f"{str(shop.base_url).removesuffix('/v1/')}/__admin/state"
    shop.delete("/products/4")
    shop.put("/users/ann/orders/1", json={"state": "paid"})

    assert shop.get(state).json() == {"shop": {"/users/ann/orders": [{"id": "1", "state": "paid"}]}}
    assert shop.put(state, json={"shop": {"/products": [{"id": 8, "name": "Rice"}]}}).status_code == 204
    assert shop.get("/products/8").json() == {"id": 8, "name": "Rice"}
    assert shop.get("/users/ann/orders").json() == []


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ({"/product": []}, "/product is no path of a collection; did you mean '/products'?"),
        ({"/products": {}}, "/products must be a list of objects"),
        ({"/products": [{"id": 1}, {"name": "Tea"}]}, "/products[1].id is required"),
        ({"/products": [{"id": 1}, {"id": "1"}]}, "/products[1].id is 1, as that of another item is"),
        ({"shops": {"/products": []}}, "shops is not a contract served here; did you mean 'shop'?"),
        ([], "does not hold lists by their paths, such as '/pets: [{id: 1}]'"),
    ],
)
def test_items_that_cannot_be_taken_stop_the_start(start, items, problem):
    with pytest.raises(CannotStart) as refused:
        start(items=items)

    assert str(refused.value).endswith(f"items.yaml: {problem}")


def test_items_under_the_name_of_the_api_are_taken(start):
    shop = start(items={"shop": {"/users/ann/orders": [{"id": "a", "state": "open"}]}})

    assert shop.get("/users/ann/orders").json() == [{"id": "a", "state": "open"}]


def test_answers_without_a_schema_hold_whole_items(start):
    free = {"200": {"description": "", "content": {"application/json": {"schema": {}}}}}
    body = {"content": {"application/json": {"schema": {}}}}
    paths = {
        "/notes": {"get": {"responses": free}, "post": {"requestBody": body, "responses": free}},
        "/notes/{note_id}": {
            "parameters": [
                {"name": "note_id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {"responses": free},
        },
    }
    notes = start({**CONTRACT, "paths": paths}, name="notes")

    assert notes.post("/notes", json={"text": "x"}).json() == {"id": 1, "text": "x"}
    assert notes.get("/notes/1").json() == {"id": 1, "text": "x"}
    assert notes.get("/notes").json() == [{"id": 1, "text": "x"}]


def test_edited_contract_keeps_the_items_whose_paths_it_has(tmp_path):
    file, items = tmp_path / "shop.yaml", tmp_path / "items.yaml"
    items.write_text(yaml.safe_dump({"/products": [{"id": 4, "name": "Tea"}], "/users/ann/orders": []}))
    file.write_text(yaml.safe_dump(CONTRACT))
    [service] = openapi_file.load_services([file], keeps_state=True, items_file=items)
    paths = {path: item for path, item in CONTRACT["paths"].items() if "orders" not in path}
    file.write_text(yaml.safe_dump({**CONTRACT, "paths": paths}))

    fixtures = openapi_file.reload_service(service).fixtures

    assert fixtures.render_records(dict(fixtures.records())) == {"/products": [{"id": 4, "name": "Tea"}]}


def test_items_are_of_no_use_without_a_state(tmp_path):
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(CONTRACT))

    told = run_command("--spec", tmp_path / "shop.yaml", "--items", "items.yaml")

    assert (told.returncode, told.stderr) == (
        2,
        "mockserver: --items items.yaml has no effect without --state-by-path; add it\n",
    )


def test_list_is_found_in_a_wrapper_whose_parts_name_it_twice():
    general = {"type": "object", "properties": {"data": {"type": "array", "items": {"type": "object"}}}}
    own = {"properties": {"data": {"items": {"properties": {"id": {"type": "string"}}}}}}

    found = find_list_shape({}, {"allOf": [general, own]}, ["id"])

    assert found is not None
    assert (found[0].place, found[1]) == (("data",), "id")


def test_location_of_an_item_leads_to_it(start):
    """An id is what a person wrote, and may have any letters."""
    spec = copy.deepcopy(CONTRACT)
    spec["components"]["schemas"]["Product"]["properties"]["id"] = {"type": "string"}
    spec["paths"]["/products/{productId}"]["parameters"][0]["schema"]["type"] = "string"
    shop = start(spec)

    made = shop.post("/products", json={"id": "grüner Tee?", "name": "Tea"})

    assert made.headers["Location"] == "/v1/products/gr%C3%BCner%20Tee%3F"
    assert shop.get(made.headers["Location"].removeprefix("/v1")).json() == made.json()


def test_many_kinds_of_a_thing_refer_back_to_it(start):
    """Each kind is the thing and more, and the thing is one of its kinds: all ways through them are endless."""
    spec = copy.deepcopy(CONTRACT)
    schemas = spec["components"]["schemas"]
    kinds = [f"Kind{number}" for number in range(30)]
    thing = {"$ref": "#/components/schemas/Product"}
    schemas |= {kind: {"allOf": [thing, {"properties": {kind: {"type": "string"}}}]} for kind in kinds}
    schemas["Product"]["anyOf"] = [{"$ref": f"#/components/schemas/{kind}"} for kind in kinds]
    shop = start(spec)

    made = shop.post("/products", json={"name": "Tea", "Kind7": "x"})

    assert shop.get("/products/1").json() == made.json()


def test_example_of_an_item_is_made_when_an_item_is(start, monkeypatch):
    """A contract of a thousand operations starts as fast as without a state."""
    made = []
    monkeypatch.setattr(handlers, "read_sample", lambda *_: made.append("sample"))
    shop = start()

    assert (shop.get("/products").status_code, made) == (200, [])
    assert [shop.post("/products", json={"name": name}).status_code for name in ("Tea", "Rice")] == [201, 201]
    assert made == ["sample"]
