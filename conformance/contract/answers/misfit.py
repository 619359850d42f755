"""In what an answer deviates from the contract: its media type, its body and its headers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from conformance.assertions.member import Member
from conformance.assertions.outcome import DoesNotConform, Inconclusive, NotTested
from conformance.contract.answers.documented_answer import (
    DocumentedAnswer,
    find_documented_answer,
    find_header_error,
)
from conformance.contract.answers.event_stream import NotReadable, read_items
from conformance.contract.answers.json_schema import AnswerSchemas
from conformance.contract.reading import Operation
from conformance.http.response import Response, describe_unread_coding
from conformance.http.transport.endless import is_endless

_WITHOUT_BODY = {204, 205, 304}  # in HTTP, whatever the contract says (RFC 9110)
_LONGEST_COMPLAINT = 300
_LONGEST_MESSAGE = 20_000  # of a value that large nobody wants to read more


class Misfit(NamedTuple):
    """In what a response deviates, and by which member of its body, if it is one."""

    text: str
    member: Member = ()


def find_misfit(operation: Operation, response: Response) -> Misfit | None:
    """Say in what a response deviates from what is documented for its status; None if in nothing.

    Raises NotTested if a schema of the contract is none, Inconclusive if the comparison takes too long.
    """
    return _Comparison(operation, response).find_misfit()


class _Comparison:
    """One response beside what its operation documents for its status."""

    def __init__(self, operation: Operation, response: Response) -> None:
        self._operation = operation
        self._response = response
        self._schemas: AnswerSchemas = operation.text.answer_schemas
        self._documented: DocumentedAnswer | None = find_documented_answer(
            operation.text.spec, operation.raw, response.status
        )

    def find_misfit(self) -> Misfit | None:
        """Say in what the response deviates."""
        if self._documented is None:
            return None
        return self._find_bad_header(self._documented) or self._find_bad_body(self._documented)

    def _describe(self, title: str, message: str) -> str:
        return f"status {self._response.status}, {title}: {message}"

    # --- headers -------------------------------------------------------------------------------------------

    def _find_bad_header(self, documented: DocumentedAnswer) -> Misfit | None:
        headers = list(documented.list_headers(self._operation.text.spec))
        for name, header in headers:
            text = self._response.headers.get(name)
            if text is None:
                continue
            error = self._judge_by_schema(partial(find_header_error, self._schemas, header, text))
            if error is not None:
                title = "Response header does not conform to the schema"
                return Misfit(self._describe(title, f"{name}: {_describe_error(error)}"))
        missing = [
            name
            for name, header in headers
            if header.get("required") is True and self._response.headers.get(name) is None
        ]
        if missing:
            return Misfit(self._describe("Missing required response headers", ", ".join(missing)))
        return None

    # --- body ----------------------------------------------------------------------------------------------

    def _find_bad_body(self, documented: DocumentedAnswer) -> Misfit | None:
        response, content = self._response, documented.content
        if not content or response.status in _WITHOUT_BODY:
            return None
        if response.unread_coding:
            raise Inconclusive(describe_unread_coding(response))
        if response.coding_fault:
            return Misfit(f"status {response.status}, {response.coding_fault}")
        known = f"documented is {', '.join(content)}"
        if not response.media_type:
            return Misfit(self._describe("Missing Content-Type header", known))
        if "/" not in response.media_type:
            return Misfit(self._describe("Malformed Content-Type header", f"{response.media_type}; {known}"))
        described = documented.find_media_types(response.media_type)
        if not described:
            return Misfit(self._describe("Undocumented Content-Type", f"{response.media_type}; {known}"))
        # Of several that differ in their parameters, one is to fit.
        misfits = [self._find_bad_content(one if isinstance(one, dict) else {}) for one in described]
        return None if None in misfits else misfits[0]

    def _find_bad_content(self, described: Mapping[str, Any]) -> Misfit | None:
        response = self._response
        if "itemSchema" in described:
            return self._find_bad_item(described["itemSchema"])
        if is_endless(response.media_type) or not response.is_labelled_json or "schema" not in described:
            return None
        try:
            value = response.json
        except DoesNotConform as outcome:
            return Misfit(self._describe("Response is no JSON", outcome.got))
        return self._find_bad_value(described["schema"], value, "Response violates schema")

    def _find_bad_item(self, schema: Any) -> Misfit | None:
        try:
            items = read_items(self._response.content, self._response.media_type)
        except NotReadable as error:
            return Misfit(self._describe("Response violates schema", str(error)))
        for number, item in enumerate(items or ()):
            if found := self._find_bad_value(schema, item, f"Item {number} violates schema", is_item=True):
                return Misfit(found.text)
        return None

    def _find_bad_value(self, schema: Any, value: Any, title: str, *, is_item: bool = False) -> Misfit | None:
        try:
            error = self._judge_by_schema(partial(self._find_first_error, schema, value, is_item))
        except ValueError as reason:  # half of a surrogate pair, or a number that JSON does not have
            return Misfit(self._describe("Response is no JSON", _shorten_complaint(str(reason))))
        if error is None:
            return None
        return Misfit(self._describe(title, _describe_error(error)), tuple(error.instance_path))

    def _find_first_error(self, schema: Any, value: Any, is_item: bool) -> Any:
        validator = self._schemas.compile(schema, reads_content=is_item)
        return next(iter(validator.iter_errors(value)), None)

    def _judge_by_schema(self, find_error: Callable[[], Any]) -> Any:
        """Return what *find_error* returns; raises NotTested for a schema that is none."""
        import jsonschema_rs

        try:
            found = find_error()
        except (
            jsonschema_rs.ValidationError,
            jsonschema_rs.ReferencingError,
            LookupError,
            TypeError,
        ) as error:
            raise NotTested(
                f"the schema of a {self._response.status} in {self._operation.pointer}/responses is none: "
                f"{self._describe_bad_schema(error)}; mend it in the contract"
            ) from None
        if isinstance(getattr(found, "kind", None), jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded):
            raise Inconclusive(
                "a text of the answer could not be compared with a pattern of the contract in as many steps as it is "
                f"given; look for one in the schema of a {self._response.status} that repeats what repeats"
            )
        return found

    def _describe_bad_schema(self, error: Exception) -> str:
        if not hasattr(error, "instance_path"):
            return _shorten_complaint(
                f"there is no {error}" if isinstance(error, LookupError) else str(error)
            )
        steps: Sequence[Any] = error.instance_path
        place = ".".join(map(str, self._schemas.restore_place(steps))) or "as a whole"
        return _shorten_complaint(f"{place}: {getattr(error, 'message', error)}")


def _describe_error(error: Any) -> str:
    """Say what a validator complains of; what quotes an answer is cut only where it is shown."""
    if len(error.message) > _LONGEST_MESSAGE:
        return f"a value of {len(error.message)} characters breaks {error.kind.name}"
    return " ".join(error.message.split())


def _shorten_complaint(text: str) -> str:
    """Cut what quotes the contract."""
    return " ".join(text.split())[:_LONGEST_COMPLAINT]
