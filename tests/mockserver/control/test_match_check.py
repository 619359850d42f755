"""A match that no call can ever fit is a mistake, and is answered as one."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("path", ["requests/find", "requests/count", "requests/wait"])
def test_name_that_no_call_can_have_is_refused(caller, path):
    """A test that counts none of them, or waits, would not learn why."""
    matches = (
        {"operation": "update_preferenze"},
        {"api": "supersend"},
        {"api": "suprsend", "operation": "update_preference"},
    )
    said = [caller.ask("POST", path, {"match": match}).json()["error"]["message"] for match in matches]

    assert said == [
        "match.operation: 'update_preferenze': did you mean 'update_preference'?",
        "match.api: 'supersend': did you mean 'suprsend'?",
        "match.operation: 'update_preference' is of onlyautomator, not of suprsend",
    ]
