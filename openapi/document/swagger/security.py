"""The security definitions of Swagger 2.0 as the security schemes of OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

from openapi.document.swagger.source import Source, copy_members
from openapi.pointer import Steps

_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}


def lift_security(source: Source) -> Any:
    """Lift all security definitions of *source*."""
    definitions = source.spec.get("securityDefinitions", {})
    if not isinstance(definitions, dict):
        return definitions
    return {
        name: _lift_scheme(source, node, ("securityDefinitions", name)) for name, node in definitions.items()
    }


def _lift_scheme(source: Source, node: Any, place: Steps) -> Any:
    if not isinstance(node, dict) or "$ref" in node:
        return node
    kind = node.get("type")
    if kind == "basic":
        return {**copy_members(node, ["description"]), "type": "http", "scheme": "basic"}
    if kind == "oauth2" and "flows" not in node:
        return _lift_flow(source, node, place)
    if kind in ("apiKey", "oauth2"):
        return node
    if kind in ("http", "openIdConnect", "mutualTLS"):
        source.add_flaw(
            (*place, "type"),
            f"Swagger 2.0 does not know {kind}; it is read as in OpenAPI 3, the version to write",
        )
        return node
    source.add_flaw(
        (*place, "type"),
        "must be basic, apiKey or oauth2; any Authorization header is taken for this credential",
    )
    return {
        **copy_members(node, ["description"]),
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
    }


def _lift_flow(source: Source, node: dict[str, Any], place: Steps) -> dict[str, Any]:
    flow = copy_members(node, ["authorizationUrl", "tokenUrl"])
    scopes = node.get("scopes", {})
    # Only Swagger 2.0 allows members of the vendor among the scopes.
    flow["scopes"] = (
        {name: text for name, text in scopes.items() if isinstance(text, str)}
        if isinstance(scopes, dict)
        else {}
    )
    name = node.get("flow")
    known = _FLOWS.get(name) if isinstance(name, str) else None
    if known is None:
        source.add_flaw(
            (*place, "flow"),
            "must be implicit, password, application or accessCode; any bearer token is taken",
        )
    flows = {known: flow} if known else {}
    return {**copy_members(node, ["type", "description"]), "flows": flows}
