"""What an operation answers: one object per operation, compiled from the contract at start-up."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

import openapi
from mockserver.auth.security import Authenticate
from mockserver.contract.connexion import OpenAPIOperation
from mockserver.contract.error_body import Voice
from mockserver.contract.parameter import Parameter
from mockserver.contract.schema import Schema
from mockserver.dispatch.exchange import Exchange, Reply, Stream
from mockserver.http import exact_json
from mockserver.http.problems import Broken, CannotStart, Invalid, UnsupportedMediaType, Violation
from openapi import Spec

logger = logging.getLogger(__name__)

JSON = "application/json"
OFF_CONTRACT = "X-Mock-Off-Contract"
# A name of a header, and none of those that the server writes itself.
_FREE_HEADER = re.compile(
    r"(?!(?:connection|content-length|content-type|date|transfer-encoding|upgrade|access-control-.*)$)"
    r"[!#$%&'*+.^_`|~0-9A-Za-z-]+",
    re.IGNORECASE,
)
_ABSENT = object()
_CHARSETS = ("utf-8", "utf8", "us-ascii")

Handler = Callable[..., Awaitable[Reply | Stream]]


class Wished(Exception):
    """A valid request holds a magic identifier; the door does what it stands for."""

    def __init__(self, wish: str) -> None:
        super().__init__(wish)
        self.wish = wish


class Operation:
    """Authenticates, parses, validates, acts, and checks its own answer.

    operation: as Connexion resolved it. api: the API's name; spec: its contract; voice: how it says that something
    went wrong. authenticate: finds the caller of a request. instance: finds whose method the handler is.
    reads_first: tells whether the caller can only be told from the whole of a request.
    Raises CannotStart if the handler takes other parameters than the contract names, or if the contract does
    not document an answer that the stub may give.
    """

    def __init__(
        self,
        operation: OpenAPIOperation,
        api: str,
        spec: Spec,
        voice: Voice,
        authenticate: Authenticate,
        instance: Callable[[Exchange], Any],
        *,
        reads_first: Callable[[Exchange], bool] | None = None,
    ) -> None:
        definition = spec["paths"][operation.path][operation.method]
        self.api = api
        self.name: str = operation.operation_id
        self.summary: str = definition.get("summary", "")
        self.method: str = operation.method.upper()
        self.template = operation.path
        self.voice = voice
        self.request_body: Mapping[str, Any] = openapi.resolve_reference(
            spec, definition.get("requestBody", {})
        )
        self.responses = {
            status: openapi.resolve_reference(spec, response)
            for status, response in definition.get("responses", {}).items()
        }
        self.examples = {status: examples(spec, response) for status, response in self.responses.items()}
        self.parameters = [openapi.resolve_reference(spec, parameter) for parameter in operation.parameters]
        self.security: list[dict[str, list[str]]] = operation.security or []
        self._authenticate = authenticate
        self._reads_first = reads_first
        self._instance = instance
        self._handler: Handler = operation.function
        self._readers = [Parameter(parameter, spec, self.template) for parameter in self.parameters]
        self._media_types = frozenset(
            media_type.partition(";")[0].strip().lower()
            for media_type in self.request_body.get("content", {})
        )
        body = json_content(self.request_body)
        self._body = Schema(body.get("schema", {}), spec) if body else None
        self.magic = _magic(spec, self.parameters, body.get("schema", {}) if body else {})
        self._replies = {status: _schema(spec, response) for status, response in self.responses.items()}
        self._promised: dict[int, Schema | None] = {}
        self._check_promises()

    def _check_promises(self) -> None:
        taken = set(inspect.signature(self._handler).parameters) - {"self"}
        given = (
            {parameter.name for parameter in self._readers} | {"caller"} | ({"body"} if self._body else set())
        )
        where = f"{self.voice.file}: operation {self.name}"
        if taken != given and "anything" not in taken:
            raise CannotStart(
                f"{where} gives its handler {', '.join(sorted(given))}, but it takes {', '.join(sorted(taken))}"
            )
        silent = [status for status in self.voice.codes if status not in self._replies]
        if silent and "default" not in self._replies:
            raise CannotStart(
                f"{where} documents no {', '.join(silent)} answer; x-error-codes says that it may occur"
            )

    async def answer(self, exchange: Exchange, is_granted: bool = False) -> Reply | Stream:
        """Answer one request.

        is_granted: the magic identifier it holds has had its say.
        Raises Problem for whatever the request lacks, Wished for a magic identifier, Broken if the answer breaks
        the contract.
        """
        if self._reads_first is not None and self._reads_first(exchange):
            await exchange.body()
        arguments: dict[str, Any] = {"caller": self._authenticate(exchange)}
        violations: list[Violation] = []
        for parameter in self._readers:
            arguments[parameter.name] = parameter.read(exchange, violations)
        if self._media_types:
            media_type = exchange.header("content-type")
            if media_type is not None and not _is_among(media_type[:200], self._media_types):
                raise UnsupportedMediaType(f"Content-Type is {media_type[:200]!r}; send {self._wanted()}")
            raw = exchange.content
            if raw is None:
                raw = await exchange.body()
            arguments["body"] = self._parsed(raw, media_type, violations)
        if violations:
            raise Invalid(violations)
        if self.magic and not is_granted:
            self._grant(arguments)
        reply = await self._handler(self._instance(exchange), **arguments)
        return reply if isinstance(reply, Stream) else self.checked(reply)

    def checked(self, reply: Reply) -> Reply:
        """Give *reply* back if the contract documents it.

        A guest's own example that breaks it is sent all the same, and marked.
        Raises Broken if it does not.
        """
        broken = self.breach(reply)
        if broken is None:
            return reply
        if not self.voice.is_own:
            return reply.with_headers({OFF_CONTRACT: broken})
        logger.error(broken)
        raise Broken("The stub broke its own contract", contract_error=broken)

    def breach(self, reply: Reply) -> str | None:
        """Say how *reply* breaks the contract, or None if it keeps it."""
        status = reply.status
        if status not in self._promised:
            documented = documenting(status, self._replies)
            if documented is None:
                return f"{self.name} answered {status}, which {self.voice.file} does not document"
            self._promised[status] = self._replies[documented]
        schema = self._promised[status]
        if schema is None or isinstance(reply.body, bytes):
            return None
        violations = schema.violations(reply.body)
        if not violations:
            return None
        told = "; ".join(f"{where}: {message}" if where else message for where, message in violations)
        return f"{self.name} answered {status} with a body that breaks {self.voice.file}: {told}"

    def _grant(self, arguments: dict[str, Any]) -> None:
        for is_body, name, wishes in self.magic:
            holder = arguments["body"] if is_body else arguments
            value = holder.get(name) if isinstance(holder, dict) else None
            if isinstance(value, str) and value in wishes:
                raise Wished(wishes[value])

    def _parsed(self, raw: bytes, media_type: str | None, violations: list[Violation]) -> Any:
        if not raw.strip():
            if self.request_body.get("required", False):
                raise Invalid([Violation("", "the request body must not be empty")])
            return None
        if media_type is None:
            raise UnsupportedMediaType(f"Content-Type is missing; send {self._wanted()}")
        if self._body is None or not names_json(media_type):
            return raw
        try:
            body = exact_json.loads(raw)
        except exact_json.NotExact as error:
            raise Invalid([Violation("", str(error))]) from None
        violations.extend(self._body.violations(body))
        return body

    def _wanted(self) -> str:
        return " or ".join(sorted(self._media_types))


def documenting(status: int, responses: Collection[str]) -> str | None:
    """Name the one of *responses* that documents *status*: its own, its range or the default; None if none does."""
    return next((key for key in (str(status), f"{status // 100}XX", "default") if key in responses), None)


def json_content(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the JSON content of a request body or response, ``application/json`` before its relatives; empty if none."""
    content: Mapping[str, Any] = message.get("content", {})
    names = sorted((name for name in content if names_json(name)), key=lambda name: name != JSON)
    found: Mapping[str, Any] = content[names[0]] if names else {}
    return found


def _schema(spec: Spec, response: Mapping[str, Any]) -> Schema | None:
    content = json_content(response)
    return Schema(content["schema"], spec, needless="writeOnly") if "schema" in content else None


def examples(spec: Spec, response: Mapping[str, Any]) -> dict[str, Reply]:
    """Name the examples of a response, JSON before other media types, each as it is answered but for the status."""
    found: dict[str, Reply] = {}
    contents: Mapping[str, Any] = response.get("content", {})
    for media_type in sorted(contents, key=lambda name: (name != JSON, not names_json(name))):
        content = contents[media_type]
        named = {
            name: openapi.resolve_reference(spec, example).get("value", _ABSENT)
            for name, example in content.get("examples", {}).items()
        }
        for name, value in (named or {"example": content.get("example", _ABSENT)}).items():
            if value is not _ABSENT and name not in found:
                found[name] = _shown(media_type, value)
    return found


def _shown(media_type: str, value: Any) -> Reply:
    """Write *value* as *media_type* has it; nothing where that is XML and *value* is no text."""
    is_text = isinstance(value, str)
    if "*" in media_type:
        media_type = "text/plain" if is_text else JSON
    headers = {} if media_type == JSON and value is not None else {"Content-Type": media_type}
    if names_json(media_type) and value is not None:
        return Reply(0, value, headers)
    raw = (
        value.encode(errors="replace") if is_text else b"" if "xml" in media_type else exact_json.dumps(value)
    )
    return Reply(0, raw, headers)


def documented_headers(response: Mapping[str, Any]) -> dict[str, str]:
    """Give the headers of a response that have an example, but for those which the server writes itself."""
    headers: Mapping[str, Any] = response.get("headers", {})
    return {
        name: _header_text(header["example"])
        for name, header in headers.items()
        if "example" in header and _FREE_HEADER.fullmatch(name)
    }


def _header_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_header_text, value))
    if isinstance(value, dict):
        return ",".join(f"{name},{_header_text(item)}" for name, item in value.items())
    return value if isinstance(value, str) else exact_json.dumps(value).decode()


def _magic(spec: Spec, parameters: list[Any], body: Any) -> list[tuple[bool, str, Mapping[str, str]]]:
    """List where magic identifiers may stand: whether in the body, the name, and what each stands for."""
    found = [
        (False, parameter["name"], parameter["x-magic"]) for parameter in parameters if "x-magic" in parameter
    ]
    members = openapi.resolve_reference(spec, body).get("properties", {})
    return found + [
        (True, name, member["x-magic"]) for name, member in members.items() if "x-magic" in member
    ]


@lru_cache(maxsize=256)
def names_json(media_type: str) -> bool:
    """Tell whether *media_type* is JSON, or a kind of it such as ``application/problem+json``."""
    name = media_type.partition(";")[0].strip().lower()
    return name == JSON or name.endswith("+json")


@lru_cache(maxsize=256)
def _is_among(media_type: str, known: frozenset[str]) -> bool:
    name, _, parameters = media_type.partition(";")
    name = name.strip().lower()
    if name not in known and f"{name.partition('/')[0]}/*" not in known and "*/*" not in known:
        return False
    return not names_json(name) or not parameters or _is_utf_8(parameters)


def _is_utf_8(parameters: str) -> bool:
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip().strip('"').lower() not in _CHARSETS:
            return False
    return True
