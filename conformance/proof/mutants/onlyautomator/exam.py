"""OnlyAutomator servers that break a requirement on generated requests."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from conformance.proof.messages import Request
from conformance.proof.reference.onlyautomator import KEY, Caller, Record, Reference, Refusal


class NamesInThreeBytes(Reference):
    """Characters beyond the basic plane are lost in a name."""

    breaks = frozenset({"exam-names-come-back", "odd-input-comes-back"})
    lost = re.compile("[^\0-\uffff]")

    def copy_names(self, body: Record) -> Record:
        return {name: self.lost.sub("\ufffd", text) for name, text in super().copy_names(body).items()}


class RareLettersAreLost(NamesInThreeBytes):
    """Letters of the planes beyond the second are lost in a name."""

    breaks = frozenset({"exam-names-come-back"})
    lost = re.compile("[^\0-\U0001ffff]")


class KeyInAscii(Reference):
    """The key takes all names beyond ASCII for one."""

    breaks = frozenset({"exam-records-follow-triples"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return tuple(name if name.isascii() else "?" for name in super().record_key(body, caller))


class ObjectsMakeAnother(Reference):
    """An update to an object makes a record of its own, unless it was one before."""

    breaks = frozenset({"exam-records-follow-triples"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        becomes = isinstance(body["value"], dict) and set(body["value"]) == {"again"}
        record = super().update_record(old, body, caller)
        return {**record, "id": str(uuid.uuid4())} if becomes else record


class StructuresInThreeBytes(Reference):
    """Characters beyond the basic plane that are no emoji, and some before it, are lost in a structure."""

    breaks = frozenset({"exam-value-comes-back"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict | list):
            return value
        return json.loads(
            re.sub(
                "[\x80-\xbf]|[^\0-\uffff\U0001f000-\U0001faff]", "?", json.dumps(value, ensure_ascii=False)
            )
        )


class StructuresMakeAPing(Reference):
    """An object that lacks a name and holds an object or array is taken for a ping."""

    breaks = frozenset({"exam-refuses-incomplete"})

    def validate_body(self, body: Any) -> None:
        if (
            isinstance(body, dict)
            and isinstance(body.get("value"), dict | list)
            and not body.keys() >= set(KEY)
        ):
            raise Refusal(200, "none", "pong")
        super().validate_body(body)


class TooLittleIsAPing(Reference):
    """An object that has something, but lacks two names or more, is taken for a ping."""

    breaks = frozenset({"exam-refuses-incomplete"})

    def validate_body(self, body: Any) -> None:
        if isinstance(body, dict) and body and len(body.keys() & set(KEY)) < 2:
            raise Refusal(200, "none", "pong")
        super().validate_body(body)


class StructuresAreQueued(Reference):
    """A write with a structure for a name, and one for a value, is put into a queue."""

    breaks = frozenset({"exam-refuses-structures"})

    def validate_body(self, body: Any) -> None:
        given = [body.get(name) for name in ("value", *KEY)] if isinstance(body, dict) else []
        if sum(isinstance(one, dict | list) for one in given) >= 2:
            raise Refusal(200, "none", "queued")
        super().validate_body(body)


class BytesAreQueued(Reference):
    """A body that does not begin like text is put into a queue."""

    breaks = frozenset({"exam-refuses-other-bodies"})

    def read_body(self, request: Request) -> Any:
        if request.body and not 0x20 <= request.body[0] < 0x7F and request.body[0] != 0xEF:
            raise Refusal(200, "none", "queued")
        return super().read_body(request)
