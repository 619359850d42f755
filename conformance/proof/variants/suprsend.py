"""What SuprSend mutants and liberties of several headings derive from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Response
from conformance.proof.reference.suprsend import Choice, Place, Reference

_MAIN = ("departments", "engineering")


class WrongHereAndThere(Reference):
    """Answers wrongly where is_concerned says so."""

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        response = super()._response_to_write(place, choice)
        return self.spoil(response) if self.is_concerned(place, choice) else response

    def is_concerned(self, place: Place, choice: Choice) -> bool:
        raise NotImplementedError

    def spoil(self, response: Response) -> Response:
        return replace(response, body=self.spoil_category(response.body))

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError


class WrongForATenant(WrongHereAndThere):
    """Is wrong for a tenant."""

    def is_concerned(self, place: Place, choice: Choice) -> bool:  # noqa: ARG002
        return place.tenant != ""


class WrongForOtherObjects(WrongHereAndThere):
    """Is wrong for any object but the main one."""

    def is_concerned(self, place: Place, choice: Choice) -> bool:  # noqa: ARG002
        return place.holder != _MAIN


class WrongForOtherTypes(WrongHereAndThere):
    """Is wrong for any type but that of the main object."""

    def is_concerned(self, place: Place, choice: Choice) -> bool:  # noqa: ARG002
        return place.holder[0] != _MAIN[0]


class WrongForOtherCategories(WrongHereAndThere):
    """Is wrong for another category."""

    def is_concerned(self, place: Place, choice: Choice) -> bool:  # noqa: ARG002
        return place.category.slug == "invoices"


class WrongForLockedCategories(WrongHereAndThere):
    """Is wrong for a locked category."""

    def is_concerned(self, place: Place, choice: Choice) -> bool:  # noqa: ARG002
        return not place.category.is_editable


class WrongAfterAnOptOut(WrongHereAndThere):
    """Is wrong in a write that follows an opt-out."""

    _was_out = False

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        self._was_out = before.preference == "opt_out"
        return super()._make_choice(place, before, preference, body)

    def is_concerned(self, place: Place, choice: Choice) -> bool:  # noqa: ARG002
        return self._was_out


class WrongAtTheTenthWrite(WrongHereAndThere):
    """Is wrong in the tenth write."""

    _writes = 0

    def is_concerned(self, place: Place, choice: Choice) -> bool:  # noqa: ARG002
        self._writes += 1
        return self._writes == 10
