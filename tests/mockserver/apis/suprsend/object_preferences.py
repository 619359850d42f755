"""What an object's preferences look like, and how its session is begun with other fixtures."""

from __future__ import annotations

import yaml

from mockserver.fixtures import built_in_file

CALLED_A = {"slug": "a", "name": "A", "default_preference": "opt_in", "channels": ["email"]}
DESIGN = "/v1/object/teams/design/preference"


def begin(caller, **changes):
    """Begin the caller's session with other fixtures."""
    content = yaml.safe_load(built_in_file("suprsend").read_text(encoding="utf-8"))
    fixtures = {name: content[name] for name in content if name != "credentials"}
    state = caller.http.put("/__admin/state", json={"suprsend": {**fixtures, **changes}})
    assert state.status_code == 204, state.text


def good(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json()


def words(category):
    """Tell how each channel stands: in or out, and ! where that cannot be changed."""
    return {
        one["channel"]: one["preference"].removeprefix("opt_") + ("" if one["is_editable"] else "!")
        for one in category["channels"]
    }


def slugs(page):
    return [one["category"] for one in page["results"]]
