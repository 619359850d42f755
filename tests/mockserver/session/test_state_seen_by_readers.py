"""Every change of a session is seen by the next read, whatever was answered before, and made of the same records."""

from __future__ import annotations

from copy import deepcopy

from tests.testbed.calls import CATEGORY, OBJECT, bearer

_READS = ("", "?tenant_id=globex", "?locale=es&show_opt_out_channels=true", "?tags=marketing")
_CHANNELS = f"{OBJECT}/channel_preference"


def test_every_change_is_in_the_next_answer(caller, begin, url):
    """The answers are those of a session that never gave another one, and has the same state."""
    first = _read_all(caller)
    caller.admin("PUT", "snapshots/start")
    seen = [first]

    for change in (
        _rename_category,
        _change_tenant,
        _tag_section,
        _add_category,
        _choose_in_category,
        _restrict_channel,
        _take_channels_of_object,
        _show_no_default,
    ):
        change(caller)
        answers = _read_all(caller)
        twin = begin(url)
        twin.admin("PUT", "state", caller.admin("GET", "state"))
        twin.admin("PUT", "choices", caller.admin("GET", "choices"))
        assert answers not in seen, change.__name__
        assert answers == _read_all(twin), change.__name__
        seen.append(answers)

    caller.admin("PUT", "choices", {})
    caller.admin("POST", "snapshots/start/restore")
    assert _read_all(caller) == first
    _rename_category(caller)
    caller.admin("POST", "reset")
    assert _read_all(caller) == first


def _read_all(caller):
    paths = [
        CATEGORY,
        _CHANNELS,
        *(f"{base}{one}" for base in (OBJECT, f"{OBJECT}/category") for one in _READS),
    ]
    return [caller.http.get(path, headers=bearer(caller.key)).json() for path in paths]


def _change_state(caller, change):
    state = deepcopy(caller.admin("GET", "state"))
    change(state["suprsend"])
    caller.admin("PUT", "state", state)


def _rename_category(caller):
    _change_state(caller, lambda state: state["categories"][0].update(name="Renamed"))


def _change_tenant(caller):
    _change_state(
        caller, lambda state: state["tenants"][1]["categories"][0].update(default_preference="opt_out")
    )


def _tag_section(caller):
    _change_state(caller, lambda state: state["sections"][0].update(tags=["marketing", "other"]))


def _add_category(caller):
    added = {"slug": "added", "name": "Added", "default_preference": "opt_in", "channels": ["email"]}
    _change_state(caller, lambda state: state["categories"].append(added))


def _choose_in_category(caller):
    assert caller.set({"preference": "opt_out"}).status_code == 202


def _restrict_channel(caller):
    body = {"channel_preferences": [{"channel": "slack", "is_restricted": True}]}
    assert caller.set(body, _CHANNELS).status_code == 202


def _take_channels_of_object(caller):
    _change_state(caller, lambda state: state["objects"][0].update(channels=["email"]))


def _show_no_default(caller):
    caller.admin("PUT", "choices", {"suprsend": {"original-preference": "always-null"}})
