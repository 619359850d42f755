"""SuprSend servers that are wrong for objects of other types, to which the key is the right one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Response
from conformance.proof.variants.suprsend import WrongForOtherTypes


class OtherTypesAnswer200(WrongForOtherTypes):
    """A write for another type is answered 200."""

    breaks = frozenset({"answers-202"})

    def spoil(self, response: Response) -> Response:
        return replace(response, status=200)


class OtherTypesHaveNoName(WrongForOtherTypes):
    """For another type the category has no name."""

    breaks = frozenset({"name"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in category.items() if key != "name"}


class OtherTypesAreAlwaysIn(WrongForOtherTypes):
    """For another type every write is answered opt_in."""

    breaks = frozenset({"preference-follows-opt-out"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "preference": "opt_in"}


class OtherTypesHaveAnotherDefault(WrongForOtherTypes):
    """For another type a category has another default."""

    breaks = frozenset({"original-preference-stays"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "original_preference": "opt_out"}


class OtherTypesKeepTheirChannels(WrongForOtherTypes):
    """For another type every channel of a category that is in is answered opt_in."""

    breaks = frozenset({"channels-go-out"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        kept = [{**one, "preference": category["preference"]} for one in category["channels"]]
        return {**category, "channels": kept}


class OtherTypesLeaveWithAChannel(WrongForOtherTypes):
    """For another type a category goes out with the first of its channels."""

    breaks = frozenset({"category-stays-in"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        is_out = "opt_out" in [one["preference"] for one in category["channels"]]
        return {**category, "preference": "opt_out" if is_out else category["preference"]}
