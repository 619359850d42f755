"""The body of a request: which media types an operation takes, and how a body of each is read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mockserver.contract.body.content import Content, Reader
from mockserver.contract.body.json_body import JsonBody, stand_in_for_absent
from mockserver.contract.body.kinds import CannotRead, make_content
from mockserver.contract.choices_in_force import ChoicesInForce
from mockserver.contract.input_conversion import READ_AS_JSON
from mockserver.contract.media_type import MediaType, choose_range, json_content, parse_media_type
from mockserver.http import exact_json
from mockserver.http.problems import UnsupportedMediaType, Violation
from openapi.media_type import JSON, is_json

# The choices that the stub knows in every contract.
_CHARSET, _NO_MEDIA_TYPE = "charset-parameter", "missing-media-type"
# What RFC 9110, 8.3 allows to take a body for that does not say what it is.
_UNLABELLED = MediaType("application/octet-stream", {})
_UTF_8 = ("utf-8", "utf8", "us-ascii")
# The same few values come with every request; a boundary is another one each time.
_MOST_KEPT, _LONGEST_KEPT = 100, 200


class RequestBody:
    """The body of an operation, compiled from its contract.

    definition: the request body object. choices: the contract with the alternatives in force.
    """

    def __init__(self, definition: Mapping[str, Any], choices: ChoicesInForce) -> None:
        self._definition = definition
        self._choices = choices
        self._content: Mapping[str, Any] = definition["content"]
        self._is_required = definition.get("required") is True
        self._takes_parameters = choices.names.get(_CHARSET, "accepted") == "accepted"
        general = UnsupportedMediaType.general_choice or ""
        self._reads_as_json = choices.inputs.get(general) == READ_AS_JSON
        # A contract may tell a body with another label from one without any.
        unlabelled = _NO_MEDIA_TYPE if _NO_MEDIA_TYPE in choices.choices else general
        self._reads_unlabelled = choices.inputs.get(unlabelled) == READ_AS_JSON
        # Whether a label counts although nothing stands under it.
        self._refuses_at_once = self._is_required or general in choices.choices
        self._contents: dict[tuple[str, str], Content] = {}
        self._readers: dict[str | None, Reader] = {}
        self._json = self._find_json()

    def find_reader(self, media_type: str | None) -> Reader:
        """Find what reads a body whose Content-Type is *media_type*; None for a body without one.

        It returns the value of a body, None for an empty one, and adds what is wrong to the violations; it raises
        Invalid for a body that cannot be read, and UnsupportedMediaType for one that should have another media type.
        Raises UnsupportedMediaType for one that the operation does not take.
        """
        reader = self._readers.get(media_type)
        if reader is None:
            reader = self._make_reader(media_type)
            if len(self._readers) < _MOST_KEPT and _is_worth_keeping(media_type or ""):
                self._readers[media_type] = reader
        return reader

    def compile(self) -> None:
        """Compile the schemas now, instead of with the first body; raises InvalidContract if that cannot be."""
        for name in self._content:
            sent = parse_media_type(JSON if "*" in name else name)
            self._find_content(name, sent).compile()

    def _make_reader(self, media_type: str | None) -> Reader:
        if media_type is None:
            return self._make_unlabelled_reader()
        sent = parse_media_type(media_type)
        name = choose_range(self._content, sent)
        try:
            if name is None or (is_json(sent.name) and not _is_utf_8(sent)):
                raise CannotRead
            if not self._takes_parameters and ";" in media_type:
                raise self._refuse_media_type(media_type, choice=_CHARSET)
            return self._read_unless_absent(self._find_content(name, sent), sent)
        except CannotRead as reason:
            if self._reads_as_json and self._json is not None:
                return self._json.read
            # The reader may be kept, and each call that it refuses has a problem of its own.
            make_problem = partial(self._refuse_media_type, media_type, str(reason))
            if name is not None and not is_json(sent.name):
                return self._read_json_or_refuse(name, make_problem)
            if self._refuses_at_once:
                raise make_problem() from None
            return self._refuse_unless_absent(make_problem)

    def _make_unlabelled_reader(self) -> Reader:
        if self._reads_unlabelled and self._json is not None:
            return self._json.read
        name = choose_range(self._content, _UNLABELLED)
        if name is not None:
            for sent in (_UNLABELLED, MediaType(JSON, {})):
                try:
                    return self._read_unless_absent(self._find_content(name, sent), sent)
                except CannotRead:
                    continue
        missing = f"Content-Type is missing; send {self._describe_media_types()}"
        return self._refuse_unless_absent(partial(UnsupportedMediaType, missing, choice=_NO_MEDIA_TYPE))

    def _find_content(self, name: str, sent: MediaType) -> Content:
        """Find what reads a body that was *sent* as one of *name* in the contract; raise CannotRead if nothing does."""
        known = self._contents.get((name, sent.name))
        if known is None:
            known = make_content(name, sent, self._content[name], self._definition, self._choices)
            if len(self._contents) < _MOST_KEPT:
                self._contents[name, sent.name] = known
        return known

    def _find_json(self) -> JsonBody | None:
        """Find what reads JSON, and stands in for a body that is absent or of no known type."""
        chosen = json_content(self._definition)
        for name, media in self._content.items():
            if media is chosen and is_json(name):
                content = self._find_content(name, parse_media_type(name))
                return content if isinstance(content, JsonBody) else None
        return None

    def _read_unless_absent(self, content: Content, sent: MediaType) -> Reader:
        if isinstance(content, JsonBody):
            return content.read
        read = content.make_reader(sent)

        def read_unless_absent(raw: bytes, violations: list[Violation]) -> Any:
            return self._stand_in(violations) if content.is_absent(raw) else read(raw, violations)

        return read_unless_absent

    def _refuse_unless_absent(self, make_problem: Callable[[], UnsupportedMediaType]) -> Reader:
        def refuse_unless_absent(raw: bytes, violations: list[Violation]) -> Any:
            if raw.strip():
                raise make_problem()
            return self._stand_in(violations)

        return refuse_unless_absent

    def _read_json_or_refuse(self, name: str, make_problem: Callable[[], UnsupportedMediaType]) -> Reader:
        """Read JSON under another label, where the contract takes any and its schema asks for what JSON can be."""
        sent = MediaType(JSON, {})
        read = self._find_content(name, sent).make_reader(sent)

        def read_json_or_refuse(raw: bytes, violations: list[Violation]) -> Any:
            try:
                exact_json.loads(raw.strip() or b"{}")
            except exact_json.NotExact:
                raise make_problem() from None
            return read(raw, violations)

        return read_json_or_refuse

    def _stand_in(self, violations: list[Violation]) -> Any:
        if self._json is not None:
            return self._json.read(b"", violations)
        return stand_in_for_absent(self._definition)

    def _refuse_media_type(
        self, media_type: str, reason: str = "", choice: str | None = None
    ) -> UnsupportedMediaType:
        advice = reason or self._describe_media_types()
        return UnsupportedMediaType(f"Content-Type is {media_type[:200]!r}; send {advice}", choice=choice)

    def _describe_media_types(self) -> str:
        return " or ".join(sorted({parse_media_type(name).name for name in self._content}))


def _is_worth_keeping(media_type: str) -> bool:
    return len(media_type) <= _LONGEST_KEPT and "boundary" not in media_type.lower()


def _is_utf_8(sent: MediaType) -> bool:
    return sent.parameters.get("charset", "utf-8").lower() in _UTF_8
