"""SuprSend servers that break a requirement on generated requests."""

from __future__ import annotations

from typing import Any

from conformance.proof.reference.suprsend import (
    PREFERENCES,
    Reference,
    Refused,
)


class ListsHideOptOut(Reference):
    """An opt-out beside channels is ignored."""

    breaks = frozenset({"generated-preference-is-followed"})

    def _read_preference(self, body: dict[str, Any]) -> str:
        preference = super()._read_preference(body)
        return "opt_in" if body.get("opt_out_channels") or body.get("opt_in_channels") else preference


class OnlyFirstChannelGoesOut(Reference):
    """Of a list only the first channel goes out."""

    breaks = frozenset({"generated-channels-follow"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._read_channels(body, member)
        first = member == "opt_out_channels" and channels
        return frozenset(body[member][:1]) if first else channels


class NoTextIsNothing(Reference):
    """A body that begins with a byte that is no text counts as none at all."""

    breaks = frozenset({"generated-body-is-refused"})

    def _parse_json(self, body: bytes) -> Any:
        is_text = body[:1].isascii() or body.startswith((b"\xff\xfe", b"\xef\xbb\xbf"))
        return super()._parse_json(body) if is_text else {}


class KnowsTheUsualMistakes(Reference):
    """Only a list of usual mistakes is refused as a preference."""

    breaks = frozenset({"generated-preference-is-refused"})

    def _check_preference(self, preference: Any) -> str:
        words = ("opt_sideways", "opt_out_later", "opt")
        usual: tuple[Any, ...] = (0, 1, [], {}, ["opt_in"], {"value": "opt_in"}, *words)
        return super()._check_preference(preference if preference in (*PREFERENCES, *usual) else "opt_in")


class FailsOnForeignMembers(Reference):
    """A member whose name is not ASCII is answered 500."""

    breaks = frozenset({"generated-no-server-error"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        if not all(name.isascii() for name in super()._want_object(body)):
            raise Refused(500, "internal error")
        return super()._want_object(body)
