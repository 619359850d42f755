"""OnlyAutomator servers that break a requirement of "400 Bad Request"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from conformance.proof.messages import Request
from conformance.proof.reference.onlyautomator import KEY, Caller, Reference, Refusal
from conformance.proof.variants.onlyautomator import CountsSeconds


class FanMayBeLeftOut(Reference):
    """An update to a text may leave out the fan."""

    breaks = frozenset({"missing-fan-id"})

    def validate_body(self, body: Any) -> None:
        known = {(category, preference): fan for fan, category, preference in self.records}
        if isinstance(body, dict) and "fanId" not in body and isinstance(body.get("value"), str):
            body.update(_find_member("fanId", known, body.get("category"), body.get("preference")))
        super().validate_body(body)


class CategoryMayBeLeftOut(Reference):
    """An update to a text may leave out the category."""

    breaks = frozenset({"missing-category"})

    def validate_body(self, body: Any) -> None:
        known = {(fan, preference): category for fan, category, preference in self.records}
        if isinstance(body, dict) and "category" not in body and isinstance(body.get("value"), str):
            body.update(_find_member("category", known, body.get("fanId"), body.get("preference")))
        super().validate_body(body)


class PreferenceMayBeLeftOut(Reference):
    """An update to a text may leave out the preference."""

    breaks = frozenset({"missing-preference"})

    def validate_body(self, body: Any) -> None:
        known = {(fan, category): preference for fan, category, preference in reversed(self.records)}
        if isinstance(body, dict) and "preference" not in body and isinstance(body.get("value"), str):
            body.update(_find_member("preference", known, body.get("fanId"), body.get("category")))
        super().validate_body(body)


def _find_member(name: str, known: Mapping[Any, Any], *key: Any) -> dict[str, Any]:
    return {name: known[key]} if all(isinstance(part, str) for part in key) and key in known else {}


class MissingIs422(Reference):
    """A missing category is answered 422."""

    breaks = frozenset({"missing-category"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        if name == "category" and name not in body and "value" in body:
            raise Refusal(422, "validation_error", "The 'category' field is required")
        super().validate_name(name, body)


class MissingIsNotFound(Reference):
    """A missing preference is called a resource that was not found."""

    breaks = frozenset({"missing-preference"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        if name == "preference" and name not in body and "value" in body:
            raise Refusal(400, "resource_not_found", "No preference")
        super().validate_name(name, body)


class _Lenient(Reference):
    """Reads a name out of a structure."""

    name = ""

    def validate_name(self, name: str, body: Any) -> None:
        if name == self.name and name in body:
            body[name] = self.extract_name(body[name])
        super().validate_name(name, body)

    def extract_name(self, given: Any) -> Any:
        return given[0] if isinstance(given, list) and len(given) == 1 else given


class _Expanding(_Lenient):
    """Reads a name out of an object with an id."""

    def extract_name(self, given: Any) -> Any:
        return given["id"] if isinstance(given, dict) and "id" in given else given


class FanInArray(_Lenient):
    """An array of one fan is that fan."""

    breaks = frozenset({"array-for-fan-id"})
    name = "fanId"


class CategoryInArray(_Lenient):
    """An array of one category is that category."""

    breaks = frozenset({"array-for-category"})
    name = "category"


class PreferenceInArray(_Lenient):
    """An array of one preference is that preference."""

    breaks = frozenset({"array-for-preference"})
    name = "preference"


class FanInObject(_Expanding):
    """An object with an id is the fan of that id."""

    breaks = frozenset({"object-for-fan-id"})
    name = "fanId"


class CategoryInObject(_Expanding):
    """An object with an id is the category of that name."""

    breaks = frozenset({"object-for-category"})
    name = "category"


class PreferenceInObject(_Expanding):
    """An object with an id is the preference of that name."""

    breaks = frozenset({"object-for-preference"})
    name = "preference"


class StructuredNamesAreText(Reference):
    """A text in an array or object in the place of a category or a preference is that name."""

    breaks = frozenset(
        {"array-for-category", "array-for-preference", "object-for-category", "object-for-preference"}
    )

    def validate_name(self, name: str, body: Any) -> None:
        given = body.get(name)
        if name != "fanId" and re.fullmatch(r"\['\w+'\]|\{'id': '\w+'\}", str(given)):
            body[name] = json.dumps(given)
        super().validate_name(name, body)


class ClosingBraceIsOptional(Reference):
    """A body that lacks its last brace is mended."""

    breaks = frozenset({"malformed-body", "half-sent-write-stores-nothing"})

    def read_body(self, request: Request) -> Any:
        text = request.body.strip()
        mended = text + b"}" if text.startswith(b"{") and not text.endswith(b"}") else text
        return super().read_body(Request(request.method, request.target, request.headers, mended))


class WhatFollowsIsIgnored(Reference):
    """What follows the object in the body is ignored."""

    breaks = frozenset({"malformed-body"})

    def read_body(self, request: Request) -> Any:
        try:
            return json.JSONDecoder().raw_decode(request.body.decode())[0]
        except (ValueError, RecursionError):
            return super().read_body(request)


class EmptyBodyIsLengthRequired(Reference):
    """An empty body is answered 411."""

    breaks = frozenset({"empty-body"})

    def read_body(self, request: Request) -> Any:
        if not request.body:
            raise Refusal(411, "validation_error", "Send a body")
        return super().read_body(request)


class ArrayOfOneIsUnwrapped(Reference):
    """An array of one write is that write."""

    breaks = frozenset({"array-body"})

    def read_body(self, request: Request) -> Any:
        body = super().read_body(request)
        return body[0] if isinstance(body, list) and len(body) == 1 else body


class DoublyEncodedIsDecoded(Reference):
    """A body that is a JSON text in a string is decoded twice."""

    breaks = frozenset({"string-body"})

    def read_body(self, request: Request) -> Any:
        body = super().read_body(request)
        if not isinstance(body, str) or not body.startswith("{"):
            return body
        try:
            return json.loads(body)
        except ValueError:
            return body


class NumberIsUnprocessable(Reference):
    """A number for a body is answered 422."""

    breaks = frozenset({"number-body"})

    def validate_body(self, body: Any) -> None:
        if isinstance(body, int | float) and not isinstance(body, bool):
            raise Refusal(422, "validation_error", "The body is a number")
        super().validate_body(body)


class NullIsUnprocessable(Reference):
    """A null for a body is answered 422."""

    breaks = frozenset({"null-body"})

    def validate_body(self, body: Any) -> None:
        if body is None:
            raise Refusal(422, "validation_error", "The body is null")
        super().validate_body(body)


class NullIsACategory(Reference):
    """A category that is null is taken for a common one."""

    breaks = frozenset({"null-for-category"})

    def validate_body(self, body: Any) -> None:
        if isinstance(body, dict) and body.get("category", "") is None:
            body["category"] = "content"
        super().validate_body(body)


class NullIsAPreference(Reference):
    """A preference that is null is taken for the text null."""

    breaks = frozenset({"null-for-preference"})

    def validate_body(self, body: Any) -> None:
        if isinstance(body, dict) and body.get("preference", "") is None:
            body["preference"] = "null"
        super().validate_body(body)


class EmptyObjectIsUnprocessable(Reference):
    """An empty object is answered 422."""

    breaks = frozenset({"empty-object-body"})

    def validate_body(self, body: Any) -> None:
        if body == {}:
            raise Refusal(422, "validation_error", "The body is empty")
        super().validate_body(body)


class InvalidIsKept(Reference):
    """A write without a value is refused, and a record made all the same."""

    breaks = frozenset({"invalid-write-stores-nothing"})

    def validate_body(self, body: Any) -> None:
        named = isinstance(body, dict) and all(isinstance(body.get(name), str) for name in KEY)
        if named and "value" not in body:
            self.store_record({**body, "value": None}, Caller("nobody", "none"))
        super().validate_body(body)


class BrokenOffIsKept(Reference):
    """A write without a value stores null; one that breaks off is refused, and what came of it stored."""

    breaks = frozenset({"invalid-write-stores-nothing"})

    def read_body(self, request: Request) -> Any:
        if request.body.endswith(b'"first"') and not request.is_cut:
            self.store_record(json.loads(request.body + b"}"), Caller("nobody", "none"))
        body = super().read_body(request)
        return {"value": None, **body} if isinstance(body, dict) else body


class InvalidIsKeptInSeconds(InvalidIsKept, CountsSeconds):
    """A write without a value is kept by a server whose clock counts whole seconds."""
