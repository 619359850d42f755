"""A category as it applies to a recipient: the recipient's choice, the tenant's settings, the category's default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.session.store import Record


# Alike only if it is the same, so that what follows from it can be kept by it.
@dataclass(frozen=True, eq=False, slots=True)
class EffectiveCategory:
    """A category with a tenant's settings applied, before any recipient made a choice.

    default: opt_in or opt_out. opted_out: the channels that are opted out by default. mandatory: the channels that
    cannot be opted out of. blocked: the channels that cannot be opted in to. is_editable: whether a recipient may
    change the preference at all. tags: the category's and its section's.
    """

    category: Record
    slug: str
    default: str
    opted_out: tuple[str, ...]
    mandatory: frozenset[str]
    blocked: frozenset[str]
    is_editable: bool
    is_visible: bool
    is_switched_off: bool
    tags: list[str]

    @classmethod
    def combine(cls, category: Record, tenant: Record | None, section: Record | None) -> EffectiveCategory:
        """Apply the settings that *tenant* has for *category*, which lies in *section*, if it has any."""
        own: Mapping[str, Any] = tenant["categories"].get(category["slug"], {}) if tenant else {}

        def find_setting(name: str) -> Any:
            value = own.get(name)
            return category[name] if value is None else value

        default, opted_in = find_setting("default_preference"), find_setting("default_opt_in_channels")
        mandatory, is_locked = find_setting("mandatory_channels"), default == "cant_unsubscribe"
        is_off = own.get("is_switched_off", False)
        if mandatory is None:
            # A category that nobody can unsubscribe from, and that names no mandatory channels, sends on all of them.
            mandatory = category["channels"] if is_locked else ()
        return cls(
            category=category,
            slug=category["slug"],
            default="opt_out" if default == "opt_out" else "opt_in",
            opted_out=()
            if opted_in is None
            else tuple(channel for channel in category["channels"] if channel not in opted_in),
            mandatory=frozenset(mandatory),
            blocked=frozenset(own.get("blocked_channels", ())),
            is_editable=not is_locked and not is_off,
            is_visible=own.get("visible_to_subscriber", True),
            is_switched_off=is_off,
            tags=list(dict.fromkeys([*category["tags"], *(section["tags"] if section else ())])),
        )

    @property
    def is_locked(self) -> bool:
        """Whether nobody can unsubscribe from it."""
        return not self.is_editable and not self.is_switched_off

    def effective_preference(self, choice: Record | None) -> str:
        """Return opt_in or opt_out for an object that made *choice*; None if it made none."""
        if self.is_switched_off:
            return "opt_out"
        # An opt-out may be older than the setting that forbids it, so it is not removed but ignored.
        if choice is None or (choice["preference"] == "opt_out" and not self.is_editable):
            return self.default
        preference: str = choice["preference"]
        return preference

    def list_channels(
        self,
        choice: Record | None,
        restricted: Collection[str],
        own: Collection[str] | None,
        *,
        is_as_chosen: bool = False,
    ) -> list[dict[str, Any]]:
        """List the category's channels with the preference in each, as the contract shows them.

        restricted: the channels that the object restricts. own: the channels that the object has; None for all.
        is_as_chosen: whether a category that is opted out shows what was chosen for each channel.
        """
        is_opted_in = is_as_chosen or self.effective_preference(choice) == "opt_in"
        opted_out: Collection[str] = self.opted_out if choice is None else choice["opt_outs"]
        channels = []
        for channel in self.category["channels"]:
            if own is not None and channel not in own:
                continue
            is_mandatory = channel in self.mandatory
            # A restriction does not hold in a mandatory channel; a tenant's block does.
            is_closed = channel in self.blocked or (channel in restricted and not is_mandatory)
            is_in = is_opted_in and not is_closed and (is_mandatory or channel not in opted_out)
            channels.append(
                {
                    "channel": channel,
                    "preference": "opt_in" if is_in else "opt_out",
                    "is_editable": not (is_mandatory or is_closed or self.is_switched_off),
                }
            )
        return channels
