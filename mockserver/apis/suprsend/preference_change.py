"""What an update of a category preference asks for, and the record that follows from it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from mockserver.apis.suprsend.effective_category import EffectiveCategory
from mockserver.http.problems import Invalid, Violation
from mockserver.session.store import Record


class PreferenceChange:
    """The body of an update; null counts as absent."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._preference: str = body.get("preference") or "opt_in"
        self._opt_outs: list[str] | None = body.get("opt_out_channels")
        self._opt_ins: list[str] | None = body.get("opt_in_channels")

    def check_against(self, category: EffectiveCategory) -> None:
        """Raise Invalid for a channel in both lists, and for a preference that *category* does not allow."""
        opt_ins = self._opt_ins or []
        both = set(opt_ins) & set(self._opt_outs or [])
        violations = [
            Violation(
                f"opt_in_channels[{opt_ins.index(channel)}]", f'"{channel}" is also in opt_out_channels'
            )
            for channel in sorted(both, key=opt_ins.index)
        ]
        if not category.is_editable and self._preference != category.effective_preference(None):
            verb = "opted out of" if self._preference == "opt_out" else "opted in to"
            message = f"category '{category.category['slug']}' cannot be {verb}"
            violations.append(Violation("preference", message))
        if violations:
            raise Invalid(violations)

    def apply_to(self, old: Record | None, category: EffectiveCategory) -> Record:
        """Return the record that replaces *old*, the stored choice or None."""
        opt_outs: Collection[str] = old["opt_outs"] if old else category.opted_out
        if self._preference == "opt_in":
            if self._opt_outs is not None:
                opt_outs = self._opt_outs
            elif self._opt_ins is None:
                opt_outs = []
            elif self._opt_ins and category.effective_preference(old) == "opt_out":
                # Who was out of the category and opts in to some channels is in those alone.
                opt_outs = category.category["channels"]
            kept_in = {*(self._opt_ins or []), *category.mandatory}
            opt_outs = [channel for channel in dict.fromkeys(opt_outs) if channel not in kept_in]
        return {"preference": self._preference, "opt_outs": list(opt_outs)}
