"""A Postman collection (2.1), made from the contract's examples; Bruno imports it, newman runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import openapi
from mockserver.auth.schemes import credential_kind
from mockserver.contract.definitions import base_path
from mockserver.contract.media_type import json_content
from mockserver.contract.operation import Operation
from mockserver.contract.parameters.path_template import list_conditions
from mockserver.contract.parameters.spelling import spell_value
from mockserver.contract.samples.sample import find_example
from mockserver.export.answers import Answer, list_answers
from mockserver.http.headers import HEADER_NAME
from mockserver.services.service import Service
from openapi import Spec
from openapi.document.operations import VARIABLE, strip_query
from openapi.media_type import JSON

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_STUB = "http://127.0.0.1:4010"
_FORM = "application/x-www-form-urlencoded"
_KINDS = ("jwt", "api_key")  # a signature is made anew for each request
_OWN_HEADERS = ("accept", "content-type", "authorization")  # OpenAPI describes these outside the parameters

Json = dict[str, Any]


def render_collection(service: Service, operations: Sequence[Operation], release: str) -> str:
    """Render the collection of one API: for each operation its requests, and a folder with every documented answer."""
    info = service.spec["info"]
    collection = {
        "info": {
            "name": f"{info['title']} {info['version']}",
            "description": f"Written by mockserver export {release} from the contract {service.name}. "
            "baseUrl is the default address of mockserver; the other variables are credentials.",
            "schema": _SCHEMA,
        },
        "item": [_operation_folder(service, operation) for operation in operations],
        "protocolProfileBehavior": {"followRedirects": False, "disableBodyPruning": True},
        "variable": [
            {"key": "baseUrl", "value": _STUB + base_path(service.spec)},
            *(
                {"key": name, "value": _default_value(service, name)}
                for name in _list_schemes(service, operations)
            ),
        ],
    }
    return json.dumps(collection, ensure_ascii=False, indent=2) + "\n"


def list_token_variables(service: Service, operations: Sequence[Operation]) -> list[str]:
    """List the variables for tokens; they have no value, since a token expires."""
    return [
        name for name in _list_schemes(service, operations) if credential_kind(service.schemes[name]) == "jwt"
    ]


def _default_value(service: Service, scheme: str) -> str:
    if credential_kind(service.schemes[scheme]) != "api_key":
        return ""
    keys = service.fixtures.credentials.api_keys
    return keys[0].key if keys else "any"


def _list_schemes(service: Service, operations: Sequence[Operation]) -> list[str]:
    used = [name for operation in operations for name in _list_required_schemes(service, operation)]
    return list(dict.fromkeys(name for name in service.schemes if name in used))


def _list_required_schemes(service: Service, operation: Operation) -> list[str]:
    """List the schemes of the first security requirement that fixed values satisfy; none where it may stay empty."""
    if not operation.security or {} in operation.security:
        return []
    known = [
        one
        for one in operation.security
        if all(credential_kind(service.schemes[name]) in _KINDS for name in one)
    ]
    return list(known[0] if known else operation.security[0])


def _operation_folder(service: Service, operation: Operation) -> Json:
    shown = list_answers(operation)
    saved = [_saved_response(answer) for answer in shown]
    forced = []
    for answer in shown:
        name = " ".join(filter(None, [str(answer.reply.status), answer.example]))
        _, body = next(_list_bodies(service.spec, operation))
        prefer = {"key": "Prefer", "value": _prefer_value(answer)}
        forced.append(_request_item(service, operation, name, body, answer.reply.status, [prefer]))
    requests = [
        {
            **_request_item(service, operation, name, body, shown[0].reply.status, []),
            "response": saved if index == 0 else [],
        }
        for index, (name, body) in enumerate(_list_bodies(service.spec, operation))
    ]
    about = "The stub sends the documented answer that the Prefer header selects; a real server ignores the header."
    return {
        "name": operation.summary or operation.name,
        "item": [*requests, {"name": "Documented answers", "description": about, "item": forced}],
    }


def _prefer_value(answer: Answer) -> str:
    code = f"code={answer.reply.status}"
    if answer.example is None:
        return code
    is_plain = HEADER_NAME.fullmatch(answer.example)
    return f"{code}, example={answer.example if is_plain else json.dumps(answer.example)}"


def _request_item(
    service: Service, operation: Operation, name: str, body: Json | None, status: int, headers: list[Json]
) -> Json:
    query, more = _list_parameters(service, operation)
    credentials_in_query, credentials = _list_credentials(service, operation)
    content = [{"key": "Content-Type", "value": body["type"]}] if body else []
    request = {
        "auth": {"type": "noauth"},  # credentials are headers below
        "method": operation.method,
        "header": [*content, *credentials, *more, *headers],
        "url": _build_url(service, operation, [*query, *credentials_in_query]),
    }
    if body:
        request["body"] = body["body"]
    said = f"pm.test('answers {status}', () => pm.response.to.have.status({status}))"
    event = {"listen": "test", "script": {"type": "text/javascript", "exec": [said]}}
    return {"name": name, "event": [event], "request": request}


def _saved_response(answer: Answer) -> Json:
    """Describe an answer as Postman saves it beside a request."""
    reply = answer.reply
    media_type = answer.media_type or reply.headers.get("Content-Type", JSON)
    shown = answer.text if answer.media_type else json.dumps(reply.body, ensure_ascii=False, indent=2)
    headers = {"Content-Type": media_type, **reply.headers}
    return {
        "name": " ".join(filter(None, [str(reply.status), answer.example])),
        "code": reply.status,
        "header": [{"key": key, "value": value} for key, value in headers.items()],
        "body": shown if answer.example is not None else "",
    }


def _build_url(service: Service, operation: Operation, query: list[Json]) -> Json:
    """Build the URL; a variable that is a whole segment stays a variable, any other is replaced by its example."""
    known = {one["name"]: one for one in operation.parameters if one["in"] == "path"}

    def example_value(name: str) -> str:
        definition = known.get(name, {"name": name, "in": "path"})
        return quote(spell_value(definition, find_example(service.spec, definition))[0][1], safe="")

    segments, variables = [], []
    for segment in strip_query(operation.template).removeprefix(base_path(service.spec)).split("/")[1:]:
        whole = VARIABLE.fullmatch(segment)
        if whole:
            segments.append(f":{whole[1]}")
            variables.append({"key": whole[1], "value": example_value(whole[1])})
        else:
            segments.append(VARIABLE.sub(lambda match: example_value(match[1]), segment))
    sent = urlencode([(one["key"], one["value"]) for one in query if not one.get("disabled")], safe="{}")
    raw = "/".join(["{{baseUrl}}", *segments]) + (f"?{sent}" if sent else "")
    url: Json = {"raw": raw, "host": ["{{baseUrl}}"], "path": segments}
    if query:
        url["query"] = query
    if variables:
        url["variable"] = variables
    return url


def _list_parameters(service: Service, operation: Operation) -> tuple[list[Json], list[Json]]:
    """List the query parameters and headers of the contract; optional ones are disabled."""
    query: list[Json] = []
    headers: list[Json] = []
    for one in operation.parameters:
        place = {"query": query, "header": headers}.get(one["in"])
        if place is None or (one["in"] == "header" and one["name"].lower() in _OWN_HEADERS):
            continue
        for name, text in spell_value(one, find_example(service.spec, one)):
            entry: Json = {"key": name, "value": text}
            if one.get("description"):
                entry["description"] = one["description"]
            place.append(entry if one.get("required") else {**entry, "disabled": True})
    for condition in list_conditions(operation.template, operation.parameters):
        place = headers if condition.is_header else query
        place[:] = [one for one in place if one["key"] != condition.name]
        place.append({"key": condition.name, "value": condition.value or ""})
    cookies = [one for one in operation.parameters if one["in"] == "cookie" and one.get("required")]
    headers += [
        _cookie_header(name, text)
        for one in cookies
        for name, text in spell_value(one, find_example(service.spec, one))
    ]
    return query, headers


def _list_credentials(service: Service, operation: Operation) -> tuple[list[Json], list[Json]]:
    """List the query parameters and headers that carry the credentials of the first security requirement."""
    query: list[Json] = []
    headers: list[Json] = []
    for name in _list_required_schemes(service, operation):
        scheme, variable = service.schemes[name], f"{{{{{name}}}}}"
        if scheme["type"] != "apiKey":
            word = scheme["scheme"].capitalize() if scheme["type"] == "http" else "Bearer"
            headers.append({"key": "Authorization", "value": f"{word} {variable}"})
        elif scheme["in"] == "query":
            query.append({"key": scheme["name"], "value": variable})
        elif scheme["in"] == "cookie":
            headers.append(_cookie_header(scheme["name"], variable))
        else:
            headers.append({"key": scheme["name"], "value": variable})
    return query, headers


def _cookie_header(name: str, value: str) -> Json:
    return {"key": "Cookie", "value": f"{name}={value}"}


def _list_bodies(spec: Spec, operation: Operation) -> Iterator[tuple[str, Json | None]]:
    """Yield the bodies to send, with their names: each example of the contract, a made-up one, or none."""
    content: Mapping[str, Any] = operation.request_body.get("content", {})
    if not content:
        yield "request", None
        return
    is_json = bool(json_content(operation.request_body))
    media_type = next(
        name for name in content if not is_json or content[name] is json_content(operation.request_body)
    )
    shown = content[media_type]
    named = {
        name: openapi.resolve_reference(spec, one).get("value")
        for name, one in shown.get("examples", {}).items()
    }
    for name, value in (named or {"request": find_example(spec, shown)}).items():
        yield name, {"type": media_type, "body": _format_body(media_type, value, is_json=is_json)}


def _format_body(media_type: str, value: Any, *, is_json: bool) -> Json:
    if media_type == _FORM and isinstance(value, dict):
        return {
            "mode": "urlencoded",
            "urlencoded": [{"key": key, "value": _format_text(one)} for key, one in value.items()],
        }
    if is_json:
        raw = json.dumps(value, ensure_ascii=False, indent=2)
        return {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    return {"mode": "raw", "raw": _format_text(value)}


def _format_text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_format_text, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
