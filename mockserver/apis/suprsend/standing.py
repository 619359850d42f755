"""Who has the last word on a category: the recipient over the tenant over the category's own default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from mockserver.session.store import Record


class Standing(NamedTuple):
    """A category as a tenant has it, before anybody chose.

    default: opt_in or opt_out. outs: the channels that are out by default. mandatory, blocked: those that cannot be
    left, and those that cannot be entered. is_editable: whether the preference may be changed at all.
    """

    category: Record
    default: str
    outs: tuple[str, ...]
    mandatory: frozenset[str]
    blocked: frozenset[str]
    is_editable: bool
    is_visible: bool
    is_switched_off: bool

    @classmethod
    def of(cls, category: Record, tenant: Record | None) -> Standing:
        """Lay what *tenant* has otherwise over *category*."""
        own: Mapping[str, Any] = tenant["categories"].get(category["slug"], {}) if tenant else {}

        def word(name: str) -> Any:
            value = own.get(name)
            return category[name] if value is None else value

        default, entered = word("default_preference"), word("default_opt_in_channels")
        mandatory, is_locked = word("mandatory_channels"), default == "cant_unsubscribe"
        is_off = own.get("is_switched_off", False)
        return cls(
            category=category,
            default="opt_out" if default == "opt_out" else "opt_in",
            outs=() if entered is None else tuple(one for one in category["channels"] if one not in entered),
            mandatory=frozenset(category["channels"] if mandatory is None and is_locked else mandatory or ()),
            blocked=frozenset(own.get("blocked_channels", ())),
            is_editable=not is_locked and not is_off,
            is_visible=own.get("visible_to_subscriber", True),
            is_switched_off=is_off,
        )

    def preference(self, choice: Record | None) -> str:
        """Tell what holds for an object that made *choice*, or none."""
        if self.is_switched_off:
            return "opt_out"
        if choice is None or (choice["preference"] == "opt_out" and not self.is_editable):
            return self.default
        word: str = choice["preference"]
        return word

    def channels(
        self, choice: Record | None, restricted: Collection[str], own: Collection[str] | None
    ) -> list[dict[str, Any]]:
        """Tell how each channel stands for an object that has the channels *own* (None: all) and restricts some."""
        is_in = self.preference(choice) == "opt_in"
        outs: Collection[str] = self.outs if choice is None else choice["opt_outs"]
        found = []
        for channel in self.category["channels"]:
            if own is not None and channel not in own:
                continue
            is_mandatory = channel in self.mandatory
            is_shut = channel in self.blocked or (channel in restricted and not is_mandatory)
            enters = is_in and not is_shut and (is_mandatory or channel not in outs)
            found.append(
                {
                    "channel": channel,
                    "preference": "opt_in" if enters else "opt_out",
                    "is_editable": not (is_mandatory or is_shut or self.is_switched_off),
                }
            )
        return found
