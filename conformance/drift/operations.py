"""Which operation of a contract a request is to, and whether an answer is what the contract promises of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from urllib.parse import urlsplit

import httpx2

import openapi
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.contract.answers.misfit import find_misfit
from conformance.contract.profile import ContractProfile
from conformance.contract.reading import Contract, Operation, build_contract
from conformance.drift.answer_schema import AnswerSchema, find_answer_schema
from conformance.http.evidence import Exchange
from conformance.http.response import Response
from conformance.target.profile import AnyTarget
from openapi.choices import apply_choices
from openapi.document import Document

# Routers, proxies and frameworks answer these before the operation sees the request.
_STATUSES_OF_OTHERS = {405, 406, 408, 411, 413, 414, 415, 417, 421, 426, 429, 431}


class Operations:
    """The operations that *target* has by its contract, with the alternatives that it takes, *chosen* by the choice."""

    def __init__(self, target: AnyTarget, chosen: Mapping[str, str]) -> None:
        self._target = target
        self.spec: openapi.Spec = (
            target.spec.spec
            if isinstance(target, ContractProfile)
            else apply_choices(openapi.load_contract(target.api), chosen)
        )
        self._base_path = urlsplit(target.base_url).path.rstrip("/")
        self._paths: list[tuple[str, re.Pattern[str]]] = [
            (path, re.compile(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path.rstrip("/"))) + "/?"))
            for path in self.spec["paths"]
        ]

    def find_name(self, exchange: Exchange) -> str | None:
        """Return the method and the path, as the contract has them, of the operation that *exchange* was to.

        None if there is none.
        """
        path = self._find_path(exchange)
        return f"{exchange.method} {path}" if path else None

    def find_broken_promise(self, exchange: Exchange, *, is_status_alike: bool) -> str | None:
        """Say in what an answer is not what the contract promises: a documented status, the schema of a success.

        None if it is, or if that cannot be told. is_status_alike: whether another server has answered with the same
        status, so that only the body is in question.
        """
        path, status = self._find_path(exchange), exchange.status
        if path is None or status is None:
            return None
        documented = {
            one.upper() for one in map(str, self.spec["paths"][path][exchange.method.lower()]["responses"])
        }
        if not documented & {str(status), f"{status // 100}XX", "DEFAULT"}:
            is_excused = is_status_alike or status in _STATUSES_OF_OTHERS
            return None if is_excused else f"status {status} is not documented"
        if not 200 <= status < 300 or not _can_be_read(exchange):
            return None
        try:
            misfit = find_misfit(self._operations[f"{exchange.method} {path}"], _as_response(exchange))
        except (NotTested, Inconclusive):
            return None
        return misfit.text if misfit else None

    def find_schema(self, exchange: Exchange) -> AnswerSchema:
        """Return what the contract says of the answer's body."""
        path = self._find_path(exchange)
        operation = self.spec["paths"][path][exchange.method.lower()] if path else None
        return find_answer_schema(self.spec, operation, exchange.status or 0)

    def _find_path(self, exchange: Exchange) -> str | None:
        asked = urlsplit(str(exchange.rebuild_request().url)).path.removeprefix(self._base_path)
        method = exchange.method.lower()
        for path, pattern in self._paths:
            if pattern.fullmatch(asked) and method in self.spec["paths"][path]:
                return path
        return None

    @cached_property
    def _operations(self) -> Mapping[str, Operation]:
        return {f"{one.method} {one.path}": one for one in self._contract.operations}

    @property
    def _contract(self) -> Contract:
        if isinstance(self._target, ContractProfile):
            return self._target.spec
        file = openapi.contract_path(self._target.api)
        return build_contract(Document(file, self.spec["openapi"], self.spec))


def _can_be_read(exchange: Exchange) -> bool:
    """Tell whether an answer's body is not nested deeper than we can read, which breaks no promise."""
    try:
        json.loads(exchange.answer_body.read())
    except RecursionError:
        return False
    except ValueError:
        pass  # no JSON, which is another matter
    return True


def _as_response(exchange: Exchange) -> Response:
    return Response(exchange.status or 0, httpx2.Headers(dict(exchange.response_headers)), 0, 0, exchange)
