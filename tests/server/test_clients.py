"""The vendor's own client, pointed at the stub."""

from __future__ import annotations

import pytest
from suprsend import Suprsend
from suprsend.exception import SuprsendAPIException

from .calls import KEY


def client(url: str, key: str = KEY) -> Suprsend:
    return Suprsend.with_workspace_api_key("workspace", key, base_url=url)


def update(url: str, *path: str, body: object = None, options: object = None, key: str = KEY) -> dict:
    path = path or ("departments", "engineering", "status-update-alert")
    return client(url, key).objects.update_category_preference(*path, body, options)


def refusal(url: str, *path: str, **given: object) -> SuprsendAPIException:
    with pytest.raises(SuprsendAPIException) as caught:
        update(url, *path, **given)
    return caught.value


def test_client_updates_a_category_preference(url):
    category = update(url, body={"preference": "opt_in", "opt_out_channels": ["email", "slack"]})

    assert category["category"] == "status-update-alert"
    assert {channel["channel"]: channel["preference"] for channel in category["channels"]} == {
        "email": "opt_out",
        "ms_teams": "opt_in",
        "slack": "opt_out",
    }


def test_client_updates_it_for_a_tenant(url):
    update(url, body={"opt_out_channels": []})
    update(url, body={"opt_out_channels": ["email"]}, options={"tenant_id": "acme"})

    category = update(
        url, body={"opt_in_channels": []}, options={"tenant_id": "acme", "show_opt_out_channels": True}
    )

    assert category["channels"][0] == {"channel": "email", "preference": "opt_out", "is_editable": True}


def test_client_that_sends_no_body_opts_in(url):
    assert update(url)["preference"] == "opt_in"


def test_client_tells_of_a_bad_category(url):
    error = refusal(url, "departments", "engineering", "no-such")

    assert str(error) == "[code: 404] category 'no-such' not found"


def test_client_tells_of_an_object_whose_name_has_a_slash(url):
    assert refusal(url, "departments", "a/b c", "x").message == "object 'departments/a/b c' not found"


def test_client_tells_of_a_bad_key(url):
    assert str(refusal(url, key="SS.wrong")) == "[code: 401] The API key is not known"


def test_client_tells_of_a_bad_channel(url):
    error = refusal(url, body={"opt_out_channels": ["pigeon"]})

    assert error.status_code == 400
    assert error.message.startswith('opt_out_channels[0]: must be one of "email", "sms", ')
    assert error.message.endswith('not "pigeon"')
