"""What an operation answers: one object per operation, compiled from the contract at start-up."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any

import openapi
from mockserver import exact_json
from mockserver.auth import Authenticate
from mockserver.exchange import Exchange, Reply
from mockserver.framework import OpenAPIOperation
from mockserver.problems import Broken, CannotStart, Invalid, UnsupportedMediaType, Violation
from mockserver.schema import Schema
from mockserver.voice import Voice
from openapi import Spec

logger = logging.getLogger(__name__)

JSON = "application/json"
_CHARSETS = ("utf-8", "utf8", "us-ascii")

Handler = Callable[..., Awaitable[Reply]]


class Operation:
    """Authenticates, parses, validates, acts, and checks its own answer.

    operation: as Connexion resolved it. api: the API's name; spec: its contract; voice: how it says that something
    went wrong. authenticate: finds the caller of a request.
    Raises CannotStart if the handler takes other parameters than the contract names, or if the contract does
    not document an answer that the stub may give.
    """

    def __init__(
        self, operation: OpenAPIOperation, api: str, spec: Spec, voice: Voice, authenticate: Authenticate
    ) -> None:
        definition = spec["paths"][operation.path][operation.method]
        self.api = api
        self.name: str = operation.operation_id
        self.summary: str = definition.get("summary", "")
        self.method: str = operation.method.upper()
        self.template = operation.path
        self.voice = voice
        self.request_body: Mapping[str, Any] = openapi.resolved(spec, definition.get("requestBody", {}))
        self.responses = {
            status: openapi.resolved(spec, response)
            for status, response in definition.get("responses", {}).items()
        }
        self.parameters = [openapi.resolved(spec, parameter) for parameter in operation.parameters]
        self.security: list[dict[str, list[str]]] = operation.security or []
        self._authenticate = authenticate
        self._handler: Handler = operation.function
        self._readers = [Parameter(parameter, spec, self.template) for parameter in self.parameters]
        body = self.request_body.get("content", {}).get(JSON)
        self._body = Schema(body.get("schema", {}), spec) if body else None
        self._replies = {
            int(status): Schema(response["content"][JSON].get("schema", {}), spec)
            for status, response in self.responses.items()
            if status.isdigit() and JSON in response.get("content", {})
        }
        self._check_promises()

    def _check_promises(self) -> None:
        taken = set(inspect.signature(self._handler).parameters) - {"self"}
        given = (
            {parameter.name for parameter in self._readers} | {"caller"} | ({"body"} if self._body else set())
        )
        where = f"openapi/{self.api}.yaml: operation {self.name}"
        if taken != given:
            raise CannotStart(
                f"{where} gives its handler {', '.join(sorted(given))}, but it takes {', '.join(sorted(taken))}"
            )
        silent = [status for status in self.voice.codes if int(status) not in self._replies]
        if silent:
            raise CannotStart(
                f"{where} documents no {', '.join(silent)} answer; x-error-codes says that it may occur"
            )

    async def answer(self, exchange: Exchange) -> Reply:
        """Answer one request.

        Raises Problem for whatever the request lacks, Broken if the answer breaks the contract.
        """
        caller = self._authenticate(exchange)
        arguments: dict[str, Any] = {"caller": caller}
        violations: list[Violation] = []
        for parameter in self._readers:
            arguments[parameter.name] = parameter.read(exchange, violations)
        if self._body is not None:
            arguments["body"] = await self._read_body(exchange, self._body, violations)
        if violations:
            raise Invalid(violations)
        reply = await self._handler(exchange.session.api(self.api), **arguments)
        return self.checked(reply)

    def checked(self, reply: Reply) -> Reply:
        """Give *reply* back if the contract documents it.

        Raises Broken if it does not.
        """
        schema = self._replies.get(reply.status)
        if schema is None:
            broken = f"{self.name} answered {reply.status}, which openapi/{self.api}.yaml does not document"
        else:
            violations = schema.violations(reply.body)
            if not violations:
                return reply
            broken = f"{self.name} answered {reply.status} with a body that breaks openapi/{self.api}.yaml: "
            broken += "; ".join(f"{where}: {message}" for where, message in violations)
        logger.error(broken)
        raise Broken("The stub broke its own contract", contract_error=broken)

    async def _read_body(self, exchange: Exchange, schema: Schema, violations: list[Violation]) -> Any:
        media_type = exchange.header(b"content-type")
        if media_type is not None and not _is_json(media_type[:200]):
            raise UnsupportedMediaType(f"Content-Type is {media_type[:200]!r}; send {JSON}")
        raw = await exchange.body()
        if not raw.strip():
            if self.request_body.get("required", False):
                raise Invalid([Violation("", "the request body must not be empty")])
            return None
        if media_type is None:
            raise UnsupportedMediaType(f"Content-Type is missing; send {JSON}")
        try:
            body = exact_json.loads(raw)
        except exact_json.NotExact as error:
            raise Invalid([Violation("", str(error))]) from None
        violations.extend(schema.violations(body))
        return body


class Parameter:
    """One path, query, header or cookie parameter of an operation, read as its schema says."""

    def __init__(self, definition: Mapping[str, Any], spec: Spec, template: str) -> None:
        schema = openapi.resolved(spec, definition["schema"])
        self.name: str = definition["name"]
        self._required: bool = definition.get("required", False)
        self._schema = Schema(schema, spec)
        self._default = schema.get("default")
        self._typed = _TYPES.get(schema.get("type", "string"), str)
        self._raw = _raw(definition["in"], self.name, template)

    def read(self, exchange: Exchange, violations: list[Violation]) -> Any:
        """Read the value, or the schema's default; what is wrong with it joins *violations*."""
        raw = self._raw(exchange)
        if raw is None:
            if self._required:
                violations.append(Violation(self.name, "is required"))
            return self._default
        value = self._typed(raw)
        violations.extend(self._schema.violations(value, self.name))
        return value


def _raw(place: str, name: str, template: str) -> Callable[[Exchange], str | None]:
    if place == "path":
        index = [part for part in template.split("/") if part.startswith("{")].index(f"{{{name}}}")
        return lambda exchange: exchange.path_values[index]
    if place == "query":
        return lambda exchange: exchange.query_values().get(name)
    if place == "cookie":
        return lambda exchange: exchange.cookie(name)
    return lambda exchange: exchange.header(name.lower().encode())


_INTEGER = re.compile(r"-?[0-9]{1,19}")


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


_TYPES: Mapping[str, Callable[[str], Any]] = {"integer": _integer, "number": _number, "boolean": _boolean}


@lru_cache(maxsize=256)
def _is_json(media_type: str) -> bool:
    name, _, parameters = media_type.partition(";")
    if name.strip().lower() != JSON:
        return False
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip().strip('"').lower() not in _CHARSETS:
            return False
    return True
