"""Records of OnlyAutomator: what each alternative of a choice puts into them, and how it shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from mockserver.auth.caller import Caller
from mockserver.http import exact_json
from mockserver.session.ids import Ids
from mockserver.session.store import Record

# The origins of extensions in Chrome, Firefox and Safari.
_EXTENSIONS = ("chrome-extension://", "moz-extension://", "safari-web-extension://")

# By the alternatives of id-form.
IDS: Mapping[str, Callable[[Ids], str]] = {
    "uuid": Ids.uuid,
    "prefixed": lambda ids: f"pref_uuid_{ids.uuid()}",
    "number": lambda ids: str(UUID(ids.uuid()).node),
    "ulid": lambda ids: _write_ulid(UUID(ids.uuid()).int),
}
_ULID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _write_ulid(number: int) -> str:
    return "".join(_ULID_LETTERS[number >> 5 * place & 31] for place in reversed(range(26)))


# By the alternatives of source-form.
SOURCES: Mapping[str, Callable[[Caller], str | None]] = {
    "by-origin": lambda caller: "extension" if (caller.origin or "").startswith(_EXTENSIONS) else "manual",
    "manual": lambda _: "manual",
    "extension": lambda _: "extension",
    "inferred": lambda _: "inferred",
    "null": lambda _: None,
}

# By the alternatives of list-order, from records of which the oldest comes first.
ORDERS: Mapping[str, Callable[[Sequence[Record]], Sequence[Record]]] = {
    "newest-first": lambda records: records[::-1],
    "oldest-first": lambda records: records,
    "last-updated-first": lambda records: sorted(records, key=_read_update_time, reverse=True),
}

# By the alternatives of fan-id-form and user-id-form, from the kind and the id.
_FORMS_OF_IDS: Mapping[str, Callable[[str, str], str]] = {
    "kept": lambda _, id_: id_,
    "prefixed": lambda kind, id_: f"{kind}_uuid_{id_}",
    "mapped": lambda kind, id_: str(uuid5(NAMESPACE_URL, f"{kind} {id_}")),
}

# By the alternatives of timestamp-offset, what stands for UTC. Those of timestamp-form are words of isoformat().
_OFFSETS = {"z": "Z", "zero": "+00:00", "missing": ""}
_AS_KEPT = {
    "fan-id-form": "kept",
    "user-id-form": "kept",
    "timestamp-form": "milliseconds",
    "timestamp-offset": "z",
}


def make_renderer(choices: Mapping[str, str]) -> Callable[[Record], Record] | None:
    """Make the function that shows a record as *choices* say; None if that is how it is kept."""
    if all(choices[id_] == alternative for id_, alternative in _AS_KEPT.items()):
        return None
    map_fan, map_user = (_FORMS_OF_IDS[choices[f"{kind}-id-form"]] for kind in ("fan", "user"))
    unit, offset = choices["timestamp-form"], _OFFSETS[choices["timestamp-offset"]]

    def render_time(text: str) -> str:
        moment = datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(timespec=unit) + offset

    def render_record(record: Record) -> Record:
        return {
            **record,
            "fanId": map_fan("fan", record["fanId"]),
            "userId": map_user("user", record["userId"]),
            "createdAt": render_time(record["createdAt"]),
            "updatedAt": render_time(record["updatedAt"]),
        }

    return render_record


def is_unchanged(old: Record, new: Record) -> bool:
    """Tell whether an update changes nothing but the time."""
    # As text, since 1, 1.0 and true are equal in Python.
    return exact_json.dumps({**old, "updatedAt": ""}) == exact_json.dumps({**new, "updatedAt": ""})


def _read_update_time(record: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(record["updatedAt"])
