"""SuprSend servers whose answers to writes are wrong here and there: for a tenant, elsewhere, after an opt-out."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Reference
from conformance.proof.variants.suprsend import (
    WrongAfterAnOptOut,
    WrongAtTheTenthWrite,
    WrongForATenant,
    WrongForLockedCategories,
    WrongForOtherCategories,
    WrongForOtherObjects,
)


class TenantsAnswerInCutGzip(WrongForATenant):
    """The answer to a write for a tenant is gzip without its end."""

    breaks = frozenset({"answers-the-category"})

    def spoil(self, response: Response) -> Response:
        body = gzip.compress(json.dumps(response.body).encode())[:-8]
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        return Response(response.status, body, headers)


class TenantsAnswer200(WrongForATenant):
    """A write for a tenant is answered 200."""

    breaks = frozenset({"answers-202"})

    def spoil(self, response: Response) -> Response:
        return replace(response, status=200)


class OtherObjectsAnswer201(WrongForOtherObjects):
    """A write to any object but one is answered 201."""

    breaks = frozenset({"answers-202"})

    def spoil(self, response: Response) -> Response:
        return replace(response, status=201)


class TenthAnswerIs200(WrongAtTheTenthWrite):
    """The tenth write is answered 200."""

    breaks = frozenset({"answers-202"})

    def spoil(self, response: Response) -> Response:
        return replace(response, status=200)


class AfterAnOptOutItIs200(WrongAfterAnOptOut):
    """Whatever is written after an opt-out is answered 200."""

    breaks = frozenset({"answers-202"})

    def spoil(self, response: Response) -> Response:
        return replace(response, status=200)


class AfterAnOptOutItHasNoName(WrongAfterAnOptOut):
    """Whatever is written after an opt-out is answered without a name."""

    breaks = frozenset({"name"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in category.items() if key != "name"}


class OtherCategoriesAnswerInAList(WrongForOtherCategories):
    """A write to one category is answered with a list."""

    breaks = frozenset({"answers-the-category"})

    def spoil(self, response: Response) -> Response:
        return replace(response, body=[response.body])


class LockedCategoriesAreText(WrongForLockedCategories):
    """A locked category is labelled as text."""

    breaks = frozenset({"media-type"})

    def spoil(self, response: Response) -> Response:
        return replace(response, headers={**response.headers, "content-type": "text/plain"})


class TenantsHaveNoName(WrongForATenant):
    """A category has no name for a tenant."""

    breaks = frozenset({"name"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in category.items() if key != "name"}


class OtherObjectsNameTheCategoryByNumber(WrongForOtherObjects):
    """For any object but one the category is a number."""

    breaks = frozenset({"category"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "category": 7}


class TenantsNameAnotherCategory(WrongForATenant):
    """For a tenant the category is another one's slug."""

    breaks = frozenset({"category-is-the-slug"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "category": f"{category['category']}-tenant"}


class _Answers200(Reference):
    status = 200

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        response = super().answer(request)
        is_accepted = response.status == 202 and self._is_concerned(request)
        return replace(response, status=self.status) if is_accepted else response

    def _is_concerned(self, request: Request) -> bool:
        raise NotImplementedError


class ChunksAreAnswered200(_Answers200):
    """What comes in chunks is answered 200."""

    breaks = frozenset({"answers-202"})

    def _is_concerned(self, request: Request) -> bool:
        return "transfer-encoding" in request.headers


class PipelinesAreAnswered200(_Answers200):
    """What is followed by another request is answered 200."""

    breaks = frozenset({"answers-202"})

    def _is_concerned(self, request: Request) -> bool:
        return request.is_followed


class WritesAtOnceAreAnswered200(_Answers200):
    """A write that is under way with others is answered 200."""

    breaks = frozenset({"answers-202"})
    _under_way = 0

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        self._under_way += 1
        # Long enough for the other writes of a race to come.
        self.clock.sleep(0.01)
        response = super().answer(request)
        self._under_way -= 1
        return response

    def _is_concerned(self, request: Request) -> bool:  # noqa: ARG002
        return self._under_way > 1


class WritesAtOnceFail(WritesAtOnceAreAnswered200):
    """A write that is under way with others is stored, and answered 500."""

    breaks = frozenset({"no-server-error"})
    status = 500


class LockedDescriptionIsAnObject(WrongForLockedCategories):
    """A locked category's description is an object."""

    breaks = frozenset({"description"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "description": {}}


class OtherCategoriesHaveNoDefault(WrongForOtherCategories):
    """One category lacks original_preference."""

    breaks = frozenset({"original-preference"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in category.items() if key != "original_preference"}


class OtherCategoriesAreEditableInWords(WrongForOtherCategories):
    """One category is editable in words."""

    breaks = frozenset({"is-editable"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "is_editable": "yes"}


class OtherCategoriesListNoChannels(WrongForOtherCategories):
    """One category has null for its channels while it is opted in."""

    breaks = frozenset({"channels"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "channels": None}


class TenantsListNames(WrongForATenant):
    """For a tenant the channels are bare names."""

    breaks = frozenset({"channels-are-objects"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "channels": [*category["channels"], "inbox"]}


class LockedChannelsAreUnnamed(WrongForLockedCategories):
    """A channel of a locked category has no name."""

    breaks = frozenset({"channel-names"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {
            **category,
            "channels": [*category["channels"], {"preference": "opt_in", "is_editable": True}],
        }


class LockedChannelsCannotUnsubscribe(WrongForLockedCategories):
    """A channel of a locked category has a word of its own."""

    breaks = frozenset({"channel-preferences"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        channels = [{**one, "preference": "cant_unsubscribe"} for one in category["channels"]]
        return {**category, "channels": channels}


class LockedChannelsHideWhatIsEditable(WrongForLockedCategories):
    """The channels of a locked category do not say whether they are editable."""

    breaks = frozenset({"channel-is-editable"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        channels = [{"channel": one["channel"], "preference": "opt_in"} for one in category["channels"]]
        return {**category, "channels": channels}


class LockedCategoriesCannotUnsubscribe(WrongForLockedCategories):
    """A locked category's preference is cant_unsubscribe."""

    breaks = frozenset({"preference"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "preference": "cant_unsubscribe"}
