"""One answer in one media type: the examples of the contract, or what is made up from the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from mockserver.contract.responses.examples import read_as_json, read_examples
from mockserver.contract.samples.media_text import narrow_media_type, write_example, write_media
from mockserver.contract.samples.merged_schema import SchemaMerger
from mockserver.contract.samples.sample import list_samples
from mockserver.contract.schema import Schema
from mockserver.http.problems import PROBLEM_HEADER
from mockserver.http.reply import Reply
from openapi import Spec
from openapi.media_type import JSON, is_json

OFF_CONTRACT = "X-Mock-Off-Contract"
_UNNAMED = "example"

Write = Callable[[SchemaMerger, str, Any, Any], bytes]


class Representation:
    """What is sent of one answer in one media type; found when it is asked for.

    media_type: as the contract has it, maybe a range. content: what the contract says of it. makes_up: whether a value
    is made up where no example fits, and examples are compared with their schema at all.
    """

    def __init__(
        self, spec: Spec, media_type: str, content: Mapping[str, Any], merger: SchemaMerger, *, makes_up: bool
    ) -> None:
        self.media_type = media_type
        self._spec = spec
        self._content = content
        self._merger = merger
        self._makes_up = makes_up
        self._is_json = is_json(narrow_media_type(media_type, {}))
        self._described = content.get("schema", True)
        if "itemSchema" in content and "schema" not in content:
            self._described = {"type": "array", "items": content["itemSchema"], "minItems": 2}

    def give(self, example: str | None) -> Reply | None:
        """Give the reply of status 0 with the named *example*; the usual one without a name."""
        return self.usual if example is None else self.named[example]

    def narrow(self, media_type: str) -> Representation:
        """Make the same in one *media_type* of the range that the contract has."""
        return Representation(self._spec, media_type, self._content, self._merger, makes_up=self._makes_up)

    @cached_property
    def schema(self) -> Schema | None:
        """The schema of a body in JSON; None if the contract has none."""
        if not is_json(self.media_type) or "schema" not in self._content:
            return None
        return self._compile_schema()

    @cached_property
    def named(self) -> Mapping[str, Reply]:
        """The replies of status 0 that have a name: the examples, or a made-up one."""
        shown = {name: self._write_value(value, write_example) for name, value in self._shown.items()}
        if not self._makes_up:
            return shown
        marked = {name: self._mark_misfit(self._shown[name], reply) for name, reply in shown.items()}
        return marked or {_UNNAMED: self._made_up}

    @cached_property
    def usual(self) -> Reply | None:
        """The reply of status 0 to who asks for none by its name: the first example that fits, or a made-up one."""
        if not self._makes_up:
            return next(iter(self.named.values()), None)
        fitting = (reply for reply in self.named.values() if OFF_CONTRACT not in reply.headers)
        found = next(fitting, self._made_up)
        first = next(iter(self.named.values()))
        if OFF_CONTRACT in found.headers or found is first:
            return first if OFF_CONTRACT in first.headers else found
        return found.with_headers({PROBLEM_HEADER: next(self.list_misfits(), "")})

    def list_misfits(self) -> Iterator[str]:
        """Say of each example that does not fit its schema what is wrong with it."""
        for name, value in self._shown.items():
            violation = self._find_misfit(value)
            if violation is not None:
                called = "example" if name == _UNNAMED else f"example {name}"
                found = f"the {called} of {self.media_type} does not fit its schema: {violation}"
                yield f"{found}; another one is sent, so correct it"

    @cached_property
    def _shown(self) -> Mapping[str, Any]:
        shown = read_examples(self._merger, self._content)
        return {name: self._read_shown(value) for name, value in shown.items()}

    def _read_shown(self, value: Any) -> Any:
        # Only of what is served from its examples: the others are shown as they are.
        return read_as_json(value, self._check) if self._makes_up and self._is_json else value

    @cached_property
    def _check(self) -> Schema | None:
        """The schema that values have to fit before they are written."""
        if self._described is True:
            return None
        return self.schema if self.schema is not None else self._compile_schema()

    def _compile_schema(self) -> Schema:
        return Schema(self._described, self._spec, needless="writeOnly")

    @cached_property
    def _made_up(self) -> Reply:
        nearest, violation = None, None
        for value in list_samples(self._merger, self._described) if self._described is not True else ():
            violation = self._find_misfit(value)
            nearest = self._write_value(value, write_media)
            if violation is None:
                return nearest
        if nearest is None:
            return self._write_value({} if self._is_json else "", write_media)
        return nearest.with_headers({OFF_CONTRACT: f"nothing made up fits the schema: {violation}"})

    def _find_misfit(self, value: Any) -> str | None:
        """Say what is wrong with *value*; None if it fits, or if nobody can tell from its text."""
        if self._check is None or (isinstance(value, str) and not self._is_json):
            return None
        violations = self._check.find_violations(value)
        return "; ".join(map(str, violations))[:500] if violations else None

    def _mark_misfit(self, value: Any, reply: Reply) -> Reply:
        violation = self._find_misfit(value)
        return reply if violation is None else reply.with_headers({OFF_CONTRACT: f"the example: {violation}"})

    def _write_value(self, value: Any, write: Write) -> Reply:
        media_type = narrow_media_type(self.media_type, value)
        headers = {} if media_type == JSON and value is not None else {"Content-Type": media_type}
        if is_json(media_type):
            return Reply(0, b"null" if value is None else value, headers)
        return Reply(0, write(self._merger, media_type, self._described, value), headers)
