"""A credential for the command line, made without starting the stub."""

from __future__ import annotations

import time

import openapi
from mockserver import apis, auth, fixtures, tokens
from mockserver.problems import CannotStart


def credential(api: str | None, subject: str | None, role: str, ttl_s: int) -> str:
    """Make a token for *api*, or give its default key; without a name, for the first API that takes tokens.

    Raises CannotStart if the contract asks for no credential, openapi.UnknownApi for an unknown API.
    """
    name = api or next((name for name in openapi.names() if _kind(name) == "jwt"), openapi.names()[0])
    kind = _kind(name)
    if kind is None:
        raise CannotStart(f"{name} asks for no credential")
    content = fixtures.read(fixtures.built_in(name))
    known = fixtures.parse(content, apis.find(name).Fixtures, f"fixtures of {name}").credentials
    if kind == "jwt":
        return tokens.mint(tokens.jwt_secret(), subject or known.subject, role, time.time(), ttl_s)
    return known.api_keys[0].key


def _kind(api: str) -> str | None:
    """Tell what the first security scheme of *api* carries, or None if it has none."""
    schemes = openapi.load(api).get("components", {}).get("securitySchemes", {})
    return next((auth.kind(scheme) for scheme in schemes.values()), None)
