"""An application on the client that openapi-python-client makes of openapi/onlyautomator.yaml."""

from __future__ import annotations

import json
import sys
from typing import Any

import httpx
import pytest
from onlyautomator import AuthenticatedClient
from onlyautomator.api.default import get_preferences, update_preference
from onlyautomator.models import (
    Error,
    ErrorErrorCode,
    PreferenceList,
    PreferenceListed,
    PreferenceWrite,
    PreferenceWritten,
)

url, token = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=token)

write = PreferenceWrite(
    fan_id="12345", category="content", preference="likes_yoga", value=["mon", {"at": 18.5}]
)
written = update_preference.sync(client=client, body=write)
assert isinstance(written, PreferenceWritten), written
assert (written.data.fan_id, written.data.value) == ("12345", write.value)
assert written.data.created_at.tzinfo is not None

write.value = False
again = update_preference.sync(client=client, body=write)
assert isinstance(again, PreferenceWritten), again
assert (again.data.id, again.data.value) == (written.data.id, False)

listed = get_preferences.sync(client=client, fan_id="12345", category="content")
assert isinstance(listed, PreferenceList), listed
assert [one.to_dict() for one in listed.data] == [again.data.to_dict()]
known = listed.data[0].to_dict()
bare = {name: known[name] for name in known if name not in ("userId", "source")}
assert PreferenceListed.from_dict(bare).to_dict() == bare

write.fan_id = "nobody"
refused = update_preference.sync_detailed(client=client, body=write)
assert isinstance(refused.parsed, Error), refused
assert (refused.status_code, refused.parsed.error.code) == (404, ErrorErrorCode.RESOURCE_NOT_FOUND)

stranger = get_preferences.sync_detailed(client=AuthenticatedClient(base_url=url, token="x"), fan_id="12345")
assert isinstance(stranger.parsed, Error), stranger
assert (stranger.status_code, stranger.parsed.error.code) == (401, ErrorErrorCode.AUTHENTICATION_REQUIRED)


def override(response: dict[str, Any]) -> None:
    """Force the next answer to be one that no real service should send."""
    origin, _, session = url.partition("/__session/")
    forced = httpx.post(
        f"{origin}/__admin/overrides", params={"session": session}, json={"response": response}
    )
    assert forced.is_success, forced.text


override({"status": 200, "body": "", "headers": {"Content-Type": "text/plain"}})
with pytest.raises(json.JSONDecodeError):
    get_preferences.sync(client=client, fan_id="12345")
override({"status": 200, "body": {"status": "success"}})
with pytest.raises(KeyError, match="data"):
    get_preferences.sync(client=client, fan_id="12345")
override({"status": 502, "body": "<h1>Bad Gateway</h1>", "headers": {"Content-Type": "text/html"}})
page = get_preferences.sync_detailed(client=client, fan_id="12345")
assert (page.status_code, page.content, page.parsed) == (502, b"<h1>Bad Gateway</h1>", None)
print("good")
