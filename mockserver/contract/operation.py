"""One operation, compiled from its contract before it is first called."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import openapi
from mockserver.auth.challenges import write_challenges
from mockserver.auth.security import Authenticate
from mockserver.contract.body import RequestBody
from mockserver.contract.choices_in_force import ChoicesInForce
from mockserver.contract.error_body import ErrorFormat
from mockserver.contract.handler import Handler
from mockserver.contract.media_type import json_content
from mockserver.contract.parameters.compilation import compile_parameters, list_parameters
from mockserver.contract.parameters.parameter import Parameter
from mockserver.contract.responses.documented import (
    BODILESS,
    DocumentedResponse,
    DocumentedResponses,
    matching_response,
)
from mockserver.contract.responses.representation import OFF_CONTRACT
from mockserver.contract.schema import Schema
from mockserver.http import exact_json
from mockserver.http.problems import (
    CannotStart,
    InternalError,
    Invalid,
    InvalidContract,
    Violation,
)
from mockserver.http.reply import Reply
from mockserver.http.request import Request
from mockserver.simulation.prefer import PreferHeader, parse_prefer
from openapi import Spec
from openapi.terminal_text import clean_line

if TYPE_CHECKING:
    from mockserver.session.session import Session

logger = logging.getLogger(__name__)

# Of a body that is parsed while nobody else is served, which takes ten milliseconds.
_MOST_BYTES_AT_ONCE = 256 * 1024
# Of an answer, so that those of many operations do not fill the memory.
_MOST_BYTES_KEPT = 1024 * 1024
# The choices that the stub knows in every contract.
_ORDER, _OTHER_PATHS = "order-of-refusals", "errors-of-other-paths"


class MagicId(NamedTuple):
    """An identifier of special meaning: its text in the contract, such as ``code=503``, and what that asks for."""

    text: str
    prefer_header: PreferHeader


class _MagicField(NamedTuple):
    """A parameter, or a member of the body, and the magic identifiers among its values."""

    is_in_body: bool
    name: str
    ids: Mapping[str, MagicId]


class Definition(NamedTuple):
    """An operation as its contract defines it.

    template: the path below the path of the contract's first server. parameters: those of the path included.
    security: the contract's own where the operation has none. document: the operation object itself.
    """

    name: str
    method: str
    template: str
    parameters: Sequence[Mapping[str, Any]]
    security: list[dict[str, list[str]]]
    document: Mapping[str, Any]


class Operation:
    """Authenticates and validates a request, calls the handler, and checks a reply against the contract.

    api: the API's name; choices: its contract with the alternatives in force; error_format: how it words an error.
    authenticate: finds the caller of a request. needs_body_first: tells whether that takes the body.
    handle: calls the handler.
    Compiled by compile(), or else bit by bit as it is needed: most operations of a large contract are never called.
    What is not compiled yet raises InvalidContract when it is used, if the contract cannot be compiled there.
    makes_up: whether answers are made up that the contract shows no example of.
    Raises CannotStart if the handler takes other arguments than the contract gives, or if the contract does not
    document an answer that the stub may give.
    """

    makes_up = False

    def __init__(
        self,
        definition: Definition,
        api: str,
        choices: ChoicesInForce,
        error_format: ErrorFormat,
        authenticate: Authenticate,
        handler: Handler,
        *,
        needs_body_first: Callable[[Request], bool] | None = None,
    ) -> None:
        spec = choices.spec
        self.api = api
        # Whether the path has to end with a slash, or must not; None where both forms are the same.
        self.slash = choices.slash
        self.name = definition.name
        self.summary: str = definition.document.get("summary", "")
        self.method = definition.method
        self.template = definition.template
        self.error_format = error_format
        self.request_body: Mapping[str, Any] = openapi.resolve_reference(
            spec, definition.document.get("requestBody", {})
        )
        self.responses = {
            status: openapi.resolve_reference(spec, response)
            for status, response in definition.document.get("responses", {}).items()
        }
        self.documented = DocumentedResponses(
            spec, self.responses, makes_up=self.makes_up, has_own_errors=error_format.is_own
        )
        self.parameters = list_parameters(spec, definition.parameters)
        self.security = definition.security
        self.challenges = write_challenges(
            definition.security, spec.get("components", {}).get("securitySchemes", {})
        )
        # Why a call found that it cannot be compiled.
        self.flaw: str | None = None
        self._choices = choices
        self.authenticate = authenticate
        self.needs_body_first = needs_body_first
        # The bound method itself, so that a call takes no step in between.
        self.handle = handler.handle
        self._look_up = handler.look_up
        self._looks_up_first = choices.names.get(_ORDER) == "token-fan-body"
        self._largest_bytes: int | None = self.request_body.get("x-largest-bytes")
        # Whether what is no operation is answered with a page, as web frameworks do by themselves.
        self.answers_with_page = choices.names.get(_OTHER_PATHS) == "page"
        # Whether a request is validated before it is authenticated.
        self.validates_first = choices.names.get(_ORDER, "").startswith("body-") and bool(self.request_body)
        body = json_content(self.request_body)
        self._magic_fields = _find_magic_fields(spec, self.parameters, body.get("schema", {}) if body else {})
        # By status, so that the ranges of the contract are searched once.
        self._schemas_by_status: dict[int, Schema | None] = {}
        # The last body of each status that kept the contract: one that is read again need not be validated again.
        self._kept_contents: dict[int, bytes | None] = {}
        self._check_handler(handler)
        self._check_error_codes()

    def compile(self) -> None:
        """Compile all that a call may need, so that no call waits for it.

        Raises InvalidContract for what cannot be compiled.
        """
        for name, attribute in vars(Operation).items():
            if isinstance(attribute, cached_property):
                getattr(self, name)
        for part in (self._body, *self._parameters, *self.documented.values()):
            if part is not None:
                part.compile()

    @cached_property
    def _parameters(self) -> Sequence[Parameter]:
        return compile_parameters(self.parameters, self._choices, self.template)

    @cached_property
    def _needed_parameters(self) -> Sequence[Parameter]:
        # Most requests have no query, and what they leave out need not be read.
        return [one for one in self._parameters if not one.is_needless]

    @cached_property
    def _defaults(self) -> Mapping[str, Any]:
        return {one.name: one.default for one in self._parameters if one.is_needless}

    @cached_property
    def _body(self) -> RequestBody | None:
        # Of a body without any media type nothing is known, and it is not read.
        return RequestBody(self.request_body, self._choices) if self.request_body.get("content") else None

    async def read_arguments(
        self, request: Request, path_values: tuple[str, ...], caller: Any, session: Session | None = None
    ) -> dict[str, Any]:
        """Read the parameters and the body, and add *caller*, as the handler takes them.

        session: where what an invalid body names may be looked up.
        Raises Invalid, UnsupportedMediaType or TooLarge for a request that breaks the contract.
        """
        # First, since a contract may call one of its own parameters "caller" as well.
        arguments: dict[str, Any] = {"caller": caller, **self._defaults}
        violations: list[Violation] = []
        for parameter in self._parameters if request.query else self._needed_parameters:
            arguments[parameter.name] = parameter.read(request, path_values, violations)
        if self._body is not None:
            read = self._body.find_reader(request.header("content-type"))
            if self._largest_bytes is not None:
                request.maximum_body_bytes = self._largest_bytes
            # Most bodies have arrived by now, and to take one costs less than to await it.
            raw = request.take_body()
            if raw is None:
                raw = await request.read_body()
            if request.body_problem is not None:
                raise request.body_problem
            if len(raw) > _MOST_BYTES_AT_ONCE:
                arguments["body"] = await asyncio.to_thread(read, raw, violations)
            else:
                arguments["body"] = read(raw, violations)
        if violations:
            if session is not None and self._looks_up_first:
                await self._look_up(session, arguments.get("body"))
            raise Invalid(violations)
        return arguments

    def find_magic_id(self, arguments: Mapping[str, Any]) -> MagicId | None:
        """Find the first magic identifier among *arguments*."""
        for field in self._magic_fields:
            holder = arguments["body"] if field.is_in_body else arguments
            value = holder.get(field.name) if isinstance(holder, dict) else None
            if isinstance(value, str) and value in field.ids:
                return field.ids[value]
        return None

    def check_reply(self, reply: Reply) -> Reply:
        """Give *reply* back, with its body written, if it keeps the contract.

        An example of a contract without an error body of its own is only marked, since the user has to correct it.
        Raises InternalError if the stub broke the contract.
        """
        content = _write_body(reply.body)
        status, body, headers, _ = reply
        if content is not None and self._kept_contents.get(status) == content:
            return Reply(status, body, headers, content)
        violation = self.contract_violation(reply)
        if violation is None:
            # Where the media type decides on the schema, the same bytes may break another one.
            if status in self._schemas_by_status and len(content or b"") <= _MOST_BYTES_KEPT:
                self._kept_contents[status] = content
            return Reply(status, body, headers, content)
        if not self.error_format.is_own:
            return reply.with_headers({OFF_CONTRACT: violation})
        logger.error(clean_line(violation))
        raise InternalError("The stub broke its own contract", contract_error=violation)

    def contract_violation(self, reply: Reply) -> str | None:
        """Describe how *reply* breaks the contract, or None if it keeps it."""
        status = reply.status
        if status in self._schemas_by_status:
            schema = self._schemas_by_status[status]
        else:
            response = matching_response(status, self.documented)
            if response is None:
                return f"{self.name} answered {status}, which {self.error_format.file} does not document"
            schema = self._find_schema(reply, self.documented[response])
        if schema is None or isinstance(reply.body, bytes):
            return None
        violations = schema.find_violations(reply.body)
        if not violations:
            return None
        sentences = "; ".join(map(str, violations))
        return f"{self.name} answered {status} with a body that breaks {self.error_format.file}: {sentences}"

    def _find_schema(self, reply: Reply, response: DocumentedResponse) -> Schema | None:
        """Find the schema of the body of *reply*, and keep it unless it depends on the media type."""
        schema = None if reply.status in BODILESS else response.find_schema(reply.headers)
        if not response.has_several_schemas:
            self._schemas_by_status[reply.status] = schema
        return schema

    def _check_handler(self, handler: Handler) -> None:
        given = {parameter["name"] for parameter in self.parameters} | {"caller"}
        given |= {"body"} if self.request_body.get("content") else set()
        taken = handler.argument_mismatch(given)
        if taken is not None:
            raise CannotStart(
                f"{self.error_format.file}: operation {self.name} gives its handler {', '.join(sorted(given))}, "
                f"but it takes {taken}"
            )

    def _check_error_codes(self) -> None:
        missing = [status for status in self.error_format.codes if status not in self.responses]
        if missing and "default" not in self.responses:
            raise CannotStart(
                f"{self.error_format.file}: operation {self.name} documents no {', '.join(missing)} answer; "
                "x-error-codes says that it may occur"
            )


def _write_body(body: Any) -> bytes | None:
    """Write a body as it is sent; None for bytes, for no body, and for what is no JSON, which is told later."""
    if body is None or isinstance(body, bytes):
        return None
    try:
        return exact_json.dumps(body)
    except (TypeError, ValueError, RecursionError):
        return None


def _find_magic_fields(
    spec: Spec, parameters: list[Mapping[str, Any]], body_schema: Mapping[str, Any]
) -> list[_MagicField]:
    found = openapi.resolve_reference(spec, body_schema)
    members = found.get("properties", {}) if isinstance(found, dict) else {}
    fields = [(False, parameter["name"], parameter) for parameter in parameters]
    fields += [(True, name, member) for name, member in members.items()]
    return [
        _MagicField(is_in_body, name, _read_magic_ids(field["x-magic"]))
        for is_in_body, name, field in fields
        if isinstance(field, dict) and "x-magic" in field
    ]


def _read_magic_ids(ids: Any) -> dict[str, MagicId]:
    """Read an ``x-magic``; raises InvalidContract for an id that would be one without an effect."""
    if not isinstance(ids, dict):
        raise InvalidContract("x-magic is not a mapping of ids to texts such as code=503")
    found = {}
    for value, text in ids.items():
        if not isinstance(text, str):
            raise InvalidContract(f"x-magic {value}: {text!r} is not a text such as code=503")
        prefer_header = parse_prefer(text)
        if prefer_header.problems:
            raise InvalidContract(f"x-magic {value}: {'; '.join(prefer_header.problems)}")
        found[value] = MagicId(text, prefer_header)
    return found
