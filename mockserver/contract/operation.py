"""One operation, compiled from its contract at start-up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import openapi
from mockserver.auth.challenges import write_challenges
from mockserver.auth.security import Authenticate
from mockserver.contract.choices_in_force import ChoicePlaces, ChoicesInForce
from mockserver.contract.error_body import ErrorFormat
from mockserver.contract.examples import named_examples
from mockserver.contract.handler import Handler
from mockserver.contract.input_conversion import LEFT_OUT, READ_AS_JSON
from mockserver.contract.media_type import is_accepted, json_content
from mockserver.contract.parameter import Parameter
from mockserver.contract.schema import Schema
from mockserver.http import exact_json
from mockserver.http.json_by_choice import make_json_reader
from mockserver.http.problems import (
    CannotStart,
    InternalError,
    Invalid,
    InvalidContract,
    UnsupportedMediaType,
    Violation,
)
from mockserver.http.reply import Reply
from mockserver.http.request import Request
from mockserver.simulation.prefer import PreferHeader, parse_prefer
from openapi import Spec
from openapi.choices import ABSENT, MALFORMED
from openapi.media_type import JSON, bare_media_type, is_json
from openapi.terminal_text import clean_line

if TYPE_CHECKING:
    from mockserver.session.session import Session

logger = logging.getLogger(__name__)

# Of a body that is parsed while nobody else is served, which takes ten milliseconds.
_MOST_BYTES_AT_ONCE = 256 * 1024
OFF_CONTRACT = "X-Mock-Off-Contract"
# The choices that the stub knows in every contract.
_CHARSET, _ORDER, _NO_MEDIA_TYPE = "charset-parameter", "order-of-refusals", "missing-media-type"
_OTHER_PATHS = "errors-of-other-paths"


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
    Raises CannotStart if the handler takes other arguments than the contract gives, or if the contract does not
    document an answer that the stub may give.
    """

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
        self.examples = {status: named_examples(spec, one) for status, one in self.responses.items()}
        self.parameters: list[Mapping[str, Any]] = [
            openapi.resolve_reference(spec, parameter) for parameter in definition.parameters
        ]
        self.security = definition.security
        self.challenges = write_challenges(
            definition.security, spec.get("components", {}).get("securitySchemes", {})
        )
        self._choices = choices
        self.authenticate = authenticate
        self.needs_body_first = needs_body_first
        # The bound method itself, so that a call takes no step in between.
        self.handle = handler.handle
        self._look_up = handler.look_up
        self._looks_up_first = choices.names.get(_ORDER) == "token-fan-body"
        self._parameters = [Parameter(parameter, choices, self.template) for parameter in self.parameters]
        # Most requests have no query, and what they leave out need not be read.
        self._needed_parameters = [one for one in self._parameters if not one.is_needless]
        self._defaults = {one.name: one.default for one in self._parameters if one.is_needless}
        self._largest_bytes: int | None = self.request_body.get("x-largest-bytes")
        # Whether what is no operation is answered with a page, as web frameworks do by themselves.
        self.answers_with_page = choices.names.get(_OTHER_PATHS) == "page"
        # Whether a request is validated before it is authenticated.
        self.validates_first = choices.names.get(_ORDER, "").startswith("body-") and bool(self.request_body)
        self._media_types = frozenset(map(bare_media_type, self.request_body.get("content", {})))
        body = json_content(self.request_body)
        self._body_places = ChoicePlaces(choices, [self.request_body, body.get("schema", {})])
        find_choice = self._body_places.find_choice
        self._body = Schema(body.get("schema", {}), spec, find_choice=find_choice) if body else None
        self._read_json = make_json_reader(choices.names)
        self._takes_parameters = choices.names.get(_CHARSET, "accepted") == "accepted"
        self._reads_as_json = choices.inputs.get(UnsupportedMediaType.general_choice or "") == READ_AS_JSON
        # A contract may tell a body with another label from one without any.
        unlabelled = (
            _NO_MEDIA_TYPE if _NO_MEDIA_TYPE in choices.choices else UnsupportedMediaType.general_choice
        )
        self._reads_unlabelled = choices.inputs.get(unlabelled or "") == READ_AS_JSON
        self._magic_fields = _find_magic_fields(spec, self.parameters, body.get("schema", {}) if body else {})
        self._response_schemas = {
            status: _response_schema(spec, response) for status, response in self.responses.items()
        }
        # By status, so that the ranges of the contract are searched once.
        self._schemas_by_status: dict[int, Schema | None] = {}
        self._check_handler(handler)
        self._check_error_codes()

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
        if self._media_types:
            media_type = request.header("content-type")
            if media_type is not None and not is_accepted(media_type[:200], self._media_types):
                if not self._reads_as_json:
                    raise self._refuse_media_type(media_type)
                media_type = JSON
            elif media_type is not None and not self._takes_parameters and ";" in media_type:
                raise self._refuse_media_type(media_type, _CHARSET)
            if self._largest_bytes is not None:
                request.maximum_body_bytes = self._largest_bytes
            # Most bodies have arrived by now, and to take one costs less than to await it.
            raw = request.take_body()
            if raw is None:
                raw = await request.read_body()
            if request.body_problem is not None:
                raise request.body_problem
            if len(raw) > _MOST_BYTES_AT_ONCE:
                parse = asyncio.to_thread(self._parse_body, raw, media_type, violations)
                arguments["body"] = await parse
            else:
                arguments["body"] = self._parse_body(raw, media_type, violations)
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
        """Give *reply* back if it keeps the contract.

        An example of a contract without an error body of its own is only marked, since the user has to correct it.
        Raises InternalError if the stub broke the contract.
        """
        violation = self.contract_violation(reply)
        if violation is None:
            return reply
        if not self.error_format.is_own:
            return reply.with_headers({OFF_CONTRACT: violation})
        logger.error(clean_line(violation))
        raise InternalError("The stub broke its own contract", contract_error=violation)

    def contract_violation(self, reply: Reply) -> str | None:
        """Describe how *reply* breaks the contract, or None if it keeps it."""
        status = reply.status
        if status not in self._schemas_by_status:
            response = matching_response(status, self._response_schemas)
            if response is None:
                return f"{self.name} answered {status}, which {self.error_format.file} does not document"
            self._schemas_by_status[status] = self._response_schemas[response]
        schema = self._schemas_by_status[status]
        if schema is None or isinstance(reply.body, bytes):
            return None
        violations = schema.find_violations(reply.body)
        if not violations:
            return None
        sentences = "; ".join(map(str, violations))
        return f"{self.name} answered {status} with a body that breaks {self.error_format.file}: {sentences}"

    def _parse_body(self, raw: bytes, media_type: str | None, violations: list[Violation]) -> Any:
        if not raw.strip():
            return self._stand_in_for_body(ABSENT, "the request body must not be empty", violations)
        if media_type is None and not self._reads_unlabelled:
            raise UnsupportedMediaType(
                f"Content-Type is missing; send {self._describe_media_types()}", choice=_NO_MEDIA_TYPE
            )
        if self._body is None or not is_json(media_type or JSON):
            return raw
        try:
            body = exact_json.loads(raw) if self._read_json is None else self._read_json(raw)
        except exact_json.NotExact as error:
            if error.choice in self._choices.choices:
                raise Invalid([Violation("", str(error), error.choice)]) from None
            return self._stand_in_for_body(MALFORMED, str(error), violations)
        return self._check_body(body, violations)

    def _check_body(self, body: Any, violations: list[Violation]) -> Any:
        if self._body_places.converts:
            body = self._body_places.convert(body)
            if body is LEFT_OUT:
                return None
        if self._body is not None:
            violations.extend(self._body.find_violations(body))
        return body

    def _stand_in_for_body(self, word: str, problem: str, violations: list[Violation]) -> Any:
        """Give what a body counts as that is absent or malformed; raise Invalid if it is refused."""
        choice = self._body_places.find_absent(word)
        convert = None if choice is None else self._choices.find_conversion(choice)
        if convert is not None:
            return self._check_body(convert(None, {}), violations)
        if word == MALFORMED or self.request_body.get("required", False):
            raise Invalid([Violation("", problem, choice)])
        return None

    def _refuse_media_type(self, media_type: str, choice: str | None = None) -> UnsupportedMediaType:
        return UnsupportedMediaType(
            f"Content-Type is {media_type[:200]!r}; send {self._describe_media_types()}", choice=choice
        )

    def _describe_media_types(self) -> str:
        return " or ".join(sorted(self._media_types))

    def _check_handler(self, handler: Handler) -> None:
        given = {parameter.name for parameter in self._parameters} | {"caller"}
        given |= {"body"} if self._body else set()
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


def matching_response(status: int, responses: Collection[str]) -> str | None:
    """Name the one of *responses* that documents *status*: its own, its range or the default; None if none does."""
    return next((key for key in (str(status), f"{status // 100}XX", "default") if key in responses), None)


def _response_schema(spec: Spec, response: Mapping[str, Any]) -> Schema | None:
    content = json_content(response)
    return Schema(content["schema"], spec, needless="writeOnly") if "schema" in content else None


def _find_magic_fields(
    spec: Spec, parameters: list[Mapping[str, Any]], body_schema: Mapping[str, Any]
) -> list[_MagicField]:
    members = openapi.resolve_reference(spec, body_schema).get("properties", {})
    fields = [(False, parameter["name"], parameter) for parameter in parameters]
    fields += [(True, name, member) for name, member in members.items()]
    return [
        _MagicField(is_in_body, name, _read_magic_ids(field["x-magic"]))
        for is_in_body, name, field in fields
        if "x-magic" in field
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
