"""SuprSend's own Python client: every method about an object's preferences, with a key and with a signature.

Run by itself as well as by pytest below, since an older release, which only signs, has to pass the same.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest
from requests import JSONDecodeError
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

from mockserver.testing.client import MockSession
from tests.clients.conftest import Run

OBJECT = ("departments", "engineering")
CATEGORY = (*OBJECT, "status-update-alert")
CAN_SEND_KEYS = hasattr(Suprsend, "with_workspace_api_key")


@pytest.fixture(params=["key", "signature"] if CAN_SEND_KEYS else ["signature"])
def objects(request: pytest.FixtureRequest, session: MockSession) -> Any:
    """What the client has for objects, by either way to authenticate."""
    if request.param == "key":
        return Suprsend.with_workspace_api_key(
            "workspace", session.api_key, base_url=session.base_url
        ).objects
    return Suprsend("local-workspace-key", "local-workspace-secret", base_url=session.base_url).objects


def channels(category: dict[str, Any]) -> dict[str, str]:
    return {one["channel"]: one["preference"] for one in category["channels"]}


def told(ask: Any, *given: Any) -> str:
    """Return what the client says is wrong."""
    with pytest.raises(SuprsendAPIException) as caught:
        ask(*given)
    return str(caught.value)


def test_category_is_written_and_read(objects: Any) -> None:
    written = objects.update_category_preference(
        *CATEGORY, {"preference": "opt_in", "opt_out_channels": ["email", "slack"]}
    )

    assert channels(written) == {"email": "opt_out", "ms_teams": "opt_in", "slack": "opt_out"}
    assert objects.get_category_preference(*CATEGORY) == written


def test_category_is_left_and_shown_on_request(objects: Any) -> None:
    left = objects.update_category_preference(
        *CATEGORY, {"preference": "opt_out"}, {"show_opt_out_channels": True}
    )
    plain = objects.get_category_preference(*CATEGORY)
    shown = objects.get_category_preference(*CATEGORY, {"show_opt_out_channels": True, "locale": "es-AR"})

    assert (left["preference"], set(channels(left).values())) == ("opt_out", {"opt_out"})
    assert (plain["preference"], plain["channels"]) == ("opt_out", [])
    assert (channels(shown), shown["name"]) == (channels(left), "Alerta del estado")


def test_everything_is_read_at_once(objects: Any) -> None:
    options = {"tenant_id": "acme", "show_opt_out_channels": True, "tags": "marketing", "locale": "es"}

    everything = objects.get_full_preference(*OBJECT)
    some = objects.get_full_preference(*OBJECT, options)

    found = [one["category"] for section in everything["sections"] for one in section["subcategories"]]
    assert "status-update-alert" in found
    assert {"channel": "email", "is_restricted": False} in everything["channel_preferences"]
    (section,) = some["sections"]
    assert section["name"] == "Producto"
    assert [bool(one["channels"]) for one in section["subcategories"]] == [True, True]


def test_channel_is_restricted_everywhere(objects: Any) -> None:
    payload = {"channel_preferences": [{"channel": "email", "is_restricted": True}]}

    answer = objects.update_global_channels_preference(*OBJECT, payload)

    assert {"channel": "email", "is_restricted": True} in answer["channel_preferences"]
    email = objects.get_category_preference(*CATEGORY)["channels"][0]
    assert email == {"channel": "email", "preference": "opt_out", "is_editable": False}
    for_tenant = objects.get_category_preference(*CATEGORY, {"tenant_id": "acme"})
    assert channels(for_tenant)["email"] == "opt_in"


def test_names_are_encoded_as_they_are_signed(objects: Any) -> None:
    """A slash, a space and a letter beyond ASCII arrive as they were meant."""
    said = told(objects.get_category_preference, "departments", "a/b ü", "x", {"tenant_id": "t 1"})

    assert said == "[code: 404] object 'departments/a/b ü' not found"


@pytest.mark.parametrize(
    ("method", "given", "said"),
    [
        ("get_full_preference", ("departments", "nobody"), "[code: 404] object 'departments/nobody' not found"),
        ("get_full_preference", (*OBJECT, {"tenant_id": "t+1"}), "[code: 404] tenant 't+1' not found"),
        ("get_full_preference", (*OBJECT, {"tags": "{"}), "[code: 400] tags: must be a tag, or a JSON object with "),
        ("get_category_preference", (*OBJECT, "no-such"), "[code: 404] category 'no-such' not found"),
        ("update_category_preference", (*OBJECT, "no-such", {}), "[code: 404] category 'no-such' not found"),
        ("update_category_preference", (*CATEGORY, {"preference": "later"}), "[code: 400] preference: must be one of"),
        ("update_category_preference", (*CATEGORY, {"opt_out_channels": ["pigeon"]}),
         "[code: 400] opt_out_channels[0]: must be one of "),
        ("update_category_preference", (*OBJECT, "security-alert", {"preference": "opt_out"}),
         "[code: 400] preference: category 'security-alert' cannot be opted out of"),
        ("update_global_channels_preference", (*OBJECT, {}), "[code: 400] channel_preferences: is required"),
        ("update_global_channels_preference",
         (*OBJECT, {"channel_preferences": [{"channel": "pigeon", "is_restricted": True}]}),
         "[code: 400] channel_preferences[0].channel: must be one of "),
        ("get_full_preference", ("departments", "mock-503"), "[code: 503] "),
    ],
)  # fmt: skip
def test_client_tells_what_was_wrong(objects: Any, method: str, given: Any, said: str) -> None:
    sentence = told(getattr(objects, method), *given)

    assert sentence.startswith(said)
    assert not sentence.endswith("None")


def test_wrong_secret_is_told(session: MockSession) -> None:
    wrong = Suprsend("local-workspace-key", "another secret", base_url=session.base_url).objects
    stranger = Suprsend("another-workspace", "local-workspace-secret", base_url=session.base_url).objects

    assert told(wrong.get_full_preference, *OBJECT).startswith(
        "[code: 401] The signature is not that of this"
    )
    assert told(stranger.get_full_preference, *OBJECT).startswith(
        "[code: 401] The workspace key is not known"
    )


@pytest.mark.skipif(not CAN_SEND_KEYS, reason="this release has no keys")
def test_wrong_key_is_told(session: MockSession) -> None:
    for key, said in (("SS.wrong", "[code: 401] The API key is not known"),
                      ("SS.local-read-only-key", "[code: 403] The API key may only read")):  # fmt: skip
        client = Suprsend.with_workspace_api_key("workspace", key, base_url=session.base_url)
        assert told(client.objects.update_category_preference, *CATEGORY, {}).startswith(said)


METHODS = {
    "get_full_preference": OBJECT,
    "update_global_channels_preference": (*OBJECT, {"channel_preferences": []}),
    "get_category_preference": CATEGORY,
    "update_category_preference": (*CATEGORY, {}),
}


@pytest.mark.parametrize("method", METHODS)
def test_success_without_a_body_breaks_the_client(objects: Any, session: MockSession, method: str) -> None:
    """What a real service must never send; an application can be tried against it."""
    session.override(202, body="", headers={"Content-Type": "text/plain"})
    with pytest.raises(JSONDecodeError):
        getattr(objects, method)(*METHODS[method])


@pytest.mark.parametrize("method", METHODS)
def test_foreign_body_is_passed_on(objects: Any, session: MockSession, method: str) -> None:
    ask, given = getattr(objects, method), METHODS[method]

    session.override(502, body="<h1>Bad Gateway</h1>", headers={"Content-Type": "text/html"})
    assert told(ask, *given) == "[code: 502] <h1>Bad Gateway</h1>"
    session.override(500, body={"error": {"message": "of another API"}})
    assert told(ask, *given) == "[code: 500] None"
    session.override(200, body=["of another API"])
    assert ask(*given) == ["of another API"]


@pytest.mark.skipif(not CAN_SEND_KEYS, reason="this is the older release itself")
def test_older_release_works_the_same(python: Run) -> None:
    """0.19 only signs; the same tests, with it in the place of the release that is installed."""
    printed = python("-m", "pytest", "-q", "-p", "no:cacheprovider", __file__)

    assert " passed" in printed
    assert "2 skipped" in printed
    assert (
        python("-c", "from importlib.metadata import version; print(version('suprsend-py-sdk'))")
        == "0.19.8\n"
    )
    assert version("suprsend-py-sdk") == "0.20.0"
