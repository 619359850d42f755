"""What an update of a category preference asks for, and the record that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from mockserver.apis.suprsend.effective_category import EffectiveCategory
from mockserver.http.problems import Invalid, Violation
from mockserver.session.store import Record

# The channel that the document's example shows and its list of channels lacks.
_OF_THE_EXAMPLE = "ms_teams"

FindViolations = Callable[["PreferenceChange", EffectiveCategory], Iterator[tuple[str, str]]]
# Each with the id of its choice.
Rules = Sequence[tuple[str, FindViolations]]


class PreferenceChange:
    """The body of an update; null counts as absent.

    choices: the alternative in force of each choice of the contract, by its id.
    """

    def __init__(self, body: Mapping[str, Any], choices: Mapping[str, str]) -> None:
        self._preference: str = body.get("preference") or "opt_in"
        self._opt_outs: list[str] | None = body.get("opt_out_channels")
        self._opt_ins: list[str] | None = body.get("opt_in_channels")
        self._choices = choices

    def check_against(self, category: EffectiveCategory, rules: Rules) -> None:
        """Raise Invalid for all that *rules* refuse, which are those in force, the schema aside."""
        violations = [
            Violation(where, message, choice)
            for choice, find_violations in rules
            for where, message in find_violations(self, category)
        ]
        if violations:
            raise Invalid(violations, choice=violations[0].choice)

    def apply_to(self, old: Record | None, category: EffectiveCategory) -> Record:
        """Return the record that replaces *old*, the stored choice or None."""
        opt_outs: Collection[str] = old["opt_outs"] if old else category.opted_out
        preference = self._preference
        if self._is_locked_out(category):  # and that is not refused
            preference = category.effective_preference(None)
        elif preference == "opt_in" or self._stores_list_beside_opt_out:
            was_out = category.effective_preference(old) == "opt_out"
            opt_outs = self._choose_opt_outs(opt_outs, category, was_out=was_out)
            if self._choices["last-channel"] == "goes-out" and _has_no_channel(category, opt_outs):
                preference = "opt_out"
        return {"preference": preference, "opt_outs": list(opt_outs)}

    @property
    def _stores_list_beside_opt_out(self) -> bool:
        has_list = self._opt_outs is not None or self._opt_ins is not None
        return has_list and self._choices["list-beside-opt-out"] == "stored"

    def _choose_opt_outs(
        self, earlier: Collection[str], category: EffectiveCategory, *, was_out: bool
    ) -> Collection[str]:
        """Return the channels that are opted out of a category that is opted in to, and *was_out* before."""
        opt_outs = earlier
        if self._opt_outs is not None:
            is_added = self._choices["earlier-opt-outs"] == "kept"
            opt_outs = [*(earlier if is_added else ()), *self._opt_outs]
        elif self._opt_ins is None:
            keeping = ("kept",) if was_out else ("kept", "kept-until-opt-out")
            opt_outs = earlier if self._choices["no-lists"] in keeping else ()
        elif self._opt_ins:
            # By default, who was out of the category and opts in to some channels is in those alone.
            unnamed = self._choices["unnamed-channels-after-opt-out" if was_out else "unnamed-channels"]
            opt_outs = {"kept": earlier, "opted-in": (), "opted-out": category.category["channels"]}[unnamed]
        kept_in = {*(self._opt_ins or ()), *category.mandatory}
        if self._choices["channel-in-both-lists"] == "opted-out":
            kept_in -= {*(self._opt_outs or ())} - category.mandatory
        return [channel for channel in dict.fromkeys(opt_outs) if channel not in kept_in]

    def _list_named(self) -> Iterator[tuple[str, str]]:
        """Yield each channel that is named with its place in the body."""
        for name, channels in (("opt_out_channels", self._opt_outs), ("opt_in_channels", self._opt_ins)):
            yield from ((f"{name}[{index}]", channel) for index, channel in enumerate(channels or ()))

    def _is_locked_out(self, category: EffectiveCategory) -> bool:
        return not category.is_editable and self._preference != category.effective_preference(None)

    def _find_both_lists(self, _: EffectiveCategory) -> Iterator[tuple[str, str]]:
        if self._opt_outs is not None and self._opt_ins is not None:
            yield "opt_in_channels", "must not be sent beside opt_out_channels"

    def _find_in_both_lists(self, _: EffectiveCategory) -> Iterator[tuple[str, str]]:
        opt_ins, opt_outs = self._opt_ins or [], self._opt_outs or []
        for channel in dict.fromkeys(opt_ins):
            if channel in opt_outs:
                yield f"opt_in_channels[{opt_ins.index(channel)}]", f'"{channel}" is also in opt_out_channels'

    def _find_list_beside_opt_out(self, _: EffectiveCategory) -> Iterator[tuple[str, str]]:
        lists = {"opt_out_channels": self._opt_outs, "opt_in_channels": self._opt_ins}
        for name in lists if self._preference == "opt_out" else ():
            if lists[name] is not None:
                yield name, "must not be sent with opt_out"

    def _find_channel_of_the_example(self, _: EffectiveCategory) -> Iterator[tuple[str, str]]:
        for where, channel in self._list_named():
            if channel == _OF_THE_EXAMPLE:
                yield where, f'"{channel}" is not known'

    def _find_unused_channels(self, category: EffectiveCategory) -> Iterator[tuple[str, str]]:
        for where, channel in self._list_named():
            if channel not in category.category["channels"]:
                yield where, f'"{channel}" is not a channel of category {category.category["slug"]}'

    def _find_fixed_channels(self, category: EffectiveCategory) -> Iterator[tuple[str, str]]:
        for where, channel in self._list_named():
            is_opt_out = where.startswith("opt_out_channels")
            if channel in (category.mandatory if is_opt_out else category.blocked):
                yield where, f'"{channel}" cannot be opted {"out of" if is_opt_out else "in to"}'

    def _find_lock(self, category: EffectiveCategory) -> Iterator[tuple[str, str]]:
        if self._is_locked_out(category):
            verb = "opted out of" if self._preference == "opt_out" else "opted in to"
            yield "preference", f"category '{category.category['slug']}' cannot be {verb}"

    def _find_unchanged_lock(self, category: EffectiveCategory) -> Iterator[tuple[str, str]]:
        if not category.is_editable and not self._is_locked_out(category):
            yield "preference", f"category '{category.category['slug']}' cannot be changed"


def _has_no_channel(category: EffectiveCategory, opt_outs: Collection[str]) -> bool:
    channels = category.category["channels"]
    return category.is_editable and bool(channels) and set(channels) <= set(opt_outs)


# What a choice may refuse, by its id, the narrower first: finds where in the body it is, and says what is wrong there.
_RULES: Mapping[str, FindViolations] = {
    "channel-of-the-example": PreferenceChange._find_channel_of_the_example,
    "unused-channel": PreferenceChange._find_unused_channels,
    "fixed-channel": PreferenceChange._find_fixed_channels,
    "channel-in-both-lists": PreferenceChange._find_in_both_lists,
    "both-lists": PreferenceChange._find_both_lists,
    "list-beside-opt-out": PreferenceChange._find_list_beside_opt_out,
    "locked-category": PreferenceChange._find_lock,
    "unchanged-locked-category": PreferenceChange._find_unchanged_lock,
}


def list_rules(choices: Mapping[str, str]) -> Rules:
    """List what the alternatives in force refuse."""
    return [(choice, find) for choice, find in _RULES.items() if choices[choice].startswith("refused-")]
