"""The answers that a contract documents for one operation, by status and media type."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Any

from mockserver.contract.media_type import choose_range, parse_media_type
from mockserver.contract.responses.accept import ANYTHING, Accepted, choose_media_type
from mockserver.contract.responses.examples import example_headers, sample_headers
from mockserver.contract.responses.media_range import choose_within
from mockserver.contract.responses.representation import OFF_CONTRACT, Representation
from mockserver.contract.samples.merged_schema import SchemaMerger
from mockserver.contract.schema import Schema
from mockserver.http.problems import PROBLEM_HEADER, NotAcceptable
from mockserver.http.reply import Reply
from openapi import Spec
from openapi.media_type import JSON, bare_media_type, is_json

# Answers of HTTP that have no body, whatever the contract says.
BODILESS = (204, 205, 304)
_MOST_KNOWN = 64
# Only a request that is not valid gets these. Whoever sends a valid one would not understand the 405 that Swagger's pet
# store documents alone.
_OF_CHECKS = frozenset({"400", "401", "403", "405", "406", "413", "415", "422"})
_NO_SUCCESS = "the contract documents only errors of this operation; add what a success answers"
_STATUS = re.compile(r"[2-5](\d\d|XX)|default", re.ASCII | re.IGNORECASE)


class DocumentedResponse:
    """One response of an operation; its examples are read, or made up, when they are asked for.

    makes_up: whether a value is made up where no example fits.
    """

    def __init__(self, spec: Spec, response: Mapping[str, Any], *, makes_up: bool) -> None:
        self._spec = spec
        self._response = response
        self._makes_up = makes_up
        self._merger = SchemaMerger(spec)
        # Most callers accept one of a few things.
        self._known: dict[tuple[int, Accepted, str | None], Reply] = {}

    @cached_property
    def representations(self) -> list[Representation]:
        """What there is in each media type, JSON first."""
        content = self._response.get("content")
        contents = (
            {name: one for name, one in content.items() if isinstance(one, dict)}
            if isinstance(content, dict)
            else {}
        )
        names = sorted(contents, key=lambda name: (name != JSON, not is_json(name)))
        return [
            Representation(self._spec, name, contents[name], self._merger, makes_up=self._makes_up)
            for name in names
        ]

    @cached_property
    def named(self) -> dict[str, Reply]:
        """The replies of status 0 by the names of their examples, each in its first media type."""
        return {name: reply for one in reversed(self.representations) for name, reply in one.named.items()}

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers that the contract shows."""
        if not self._makes_up:
            return example_headers(self._response)
        return sample_headers(self._merger, self._response)

    def choose_reply(self, status: int, accepted: Accepted = ANYTHING, example: str | None = None) -> Reply:
        """Give the reply of *status* that is most welcome, in whatever media type there is if none is.

        example: its name; the usual one without.
        Raises NotAcceptable where that is wanted instead.
        """
        if not self._makes_up:
            # Who has a behaviour of its own answers in one media type.
            accepted = ANYTHING
        key = status, accepted, example
        found = self._known.get(key)
        if found is None:
            found = self._find_reply(status, accepted, example)
            if len(self._known) < _MOST_KNOWN:
                self._known[key] = found
        return found

    def _find_reply(self, status: int, accepted: Accepted, example: str | None) -> Reply:
        offered = [one for one in self.representations if example is None or example in one.named]
        if not offered or status in BODILESS:
            return Reply(status, None, self.headers)
        chosen = choose_media_type(accepted.header, [one.media_type for one in offered])
        found = next((one for one in offered if one.media_type == chosen), offered[0])
        reply = found.give(example)
        headers = {} if len(offered) == 1 and "*" not in found.media_type else {"Vary": "Accept"}
        documented = _list_types(offered)
        if chosen is not None and reply is not None and "*" in chosen:
            usual = reply.headers.get("Content-Type", JSON)
            chosen = choose_within(accepted.header, chosen, usual)
            documented = f"{usual} of {documented}"
            if chosen not in (None, usual):
                reply = found.narrow(chosen).give(example)
        if chosen is None:
            problem = f"Accept: {(accepted.header or '')[:200]} is not documented; there is {documented}"
            if accepted.is_strict:
                raise NotAcceptable(problem)
            headers[PROBLEM_HEADER] = problem
        if reply is None:
            return Reply(status, None, self.headers).with_headers(headers)
        if PROBLEM_HEADER in headers and PROBLEM_HEADER in reply.headers:
            headers[PROBLEM_HEADER] += f"; {reply.headers[PROBLEM_HEADER]}"
        if "Vary" in headers and "Vary" in self.headers:
            headers["Vary"] = f"{self.headers['Vary']}, Accept"
        return Reply(status, reply.body, reply.headers).with_headers({**self.headers, **headers})

    def find_schema(self, headers: Mapping[str, str]) -> Schema | None:
        """Find the schema of a body in JSON that is sent with *headers*."""
        media_type = bare_media_type(headers.get("Content-Type", JSON))
        if media_type in self._schemas:
            return self._schemas[media_type]
        # One of a range that the contract has beside JSON is not held against JSON's schema.
        within = choose_range([one.media_type for one in self.representations], parse_media_type(media_type))
        if within is not None:
            return self._schemas.get(bare_media_type(within))
        return next(iter(self._schemas.values()), None)

    def compile(self) -> None:
        """Compile the schemas now; raises InvalidContract for what cannot be compiled."""
        for schema in self._schemas.values():
            schema.compile()

    def list_flaws(self) -> Iterator[str]:
        """Say of each example that does not fit what is wrong with it."""
        for one in self.representations:
            yield from one.list_misfits()

    @property
    def has_several_schemas(self) -> bool:
        """Whether the schema of a body depends on its media type."""
        return len(self._schemas) > 1 or self._has_range_beside_others

    @cached_property
    def _has_range_beside_others(self) -> bool:
        names = [one.media_type for one in self.representations]
        return len(names) > 1 and any("*" in name for name in names)

    @cached_property
    def _schemas(self) -> dict[str, Schema]:
        return {
            bare_media_type(one.media_type): one.schema
            for one in self.representations
            if one.schema is not None
        }


class DocumentedResponses(Mapping[str, DocumentedResponse]):
    """The responses of an operation, by the status as the contract has it: ``200``, ``4XX``, ``default``.

    responses: without references. makes_up: whether values are made up where no example fits.
    has_own_errors: whether the contract says otherwise what an error looks like, so that none is made up.
    """

    def __init__(
        self, spec: Spec, responses: Mapping[str, Mapping[str, Any]], *, makes_up: bool, has_own_errors: bool
    ) -> None:
        self._spec = spec
        self._responses = responses
        self._makes_up = makes_up
        self._has_own_errors = has_own_errors
        # Made when they are asked for: most operations of a large contract are never called.
        self._made: dict[str, DocumentedResponse] = {}

    def __getitem__(self, status: str) -> DocumentedResponse:
        """Give the response that is documented as *status*."""
        made = self._made.get(status)
        if made is None:
            makes_up = self._makes_up and not (self._has_own_errors and status[:1] not in "123")
            made = DocumentedResponse(self._spec, self._responses[status], makes_up=makes_up)
            self._made[status] = made
        return made

    def __iter__(self) -> Iterator[str]:
        """Iterate over the statuses."""
        return iter(self._responses)

    def __len__(self) -> int:
        """Count the statuses."""
        return len(self._responses)

    def usual_reply(self, accepted: Accepted = ANYTHING) -> Reply:
        """Give the first success; where there is none, a redirect, or the one error that a valid request may meet.

        Where only other errors are documented it is an empty success that is marked.

        Raises NotAcceptable where that is wanted.
        """
        if self._usual_code is None:
            return Reply(200)
        code = self._usual_code.upper()
        if code[0] in "45" and (len(self._responses) > 1 or code in _OF_CHECKS):
            return Reply(200, None, {OFF_CONTRACT: _NO_SUCCESS})
        status = 200 if code == "DEFAULT" else int(code.replace("X", "0"))
        return self[self._usual_code].choose_reply(status, accepted)

    @cached_property
    def _usual_code(self) -> str | None:
        codes = [code for code in self._responses if _STATUS.fullmatch(code)]
        return min(codes, key=lambda code: ("23d".find(code[0].lower()) % 4, code), default=None)


def matching_response(status: int, responses: Collection[str]) -> str | None:
    """Name the one of *responses* that documents *status*: its own, its range or the default; None if none does."""
    keys = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
    return next((key for key in keys if key in responses), None)


def _list_types(offered: list[Representation]) -> str:
    return ", ".join(one.media_type for one in offered)
