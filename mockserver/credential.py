"""A credential for the command line, made without starting the stub."""

from __future__ import annotations

import time

import openapi
from mockserver import apis, auth, fixtures, tokens
from mockserver.problems import CannotStart


def credential(api: str, subject: str | None, role: str, ttl_s: int) -> str:
    """Make a token for *api*, or give its default key.

    Raises CannotStart if the contract asks for no credential, openapi.UnknownApi for an unknown API.
    """
    schemes = openapi.load(api)["components"].get("securitySchemes", {})
    known = fixtures.parse(
        fixtures.read(fixtures.built_in(api)), apis.find(api).Fixtures, f"fixtures of {api}"
    )
    for scheme in schemes.values():
        if auth.kind(scheme) == "jwt":
            secret = tokens.jwt_secret()
            return tokens.mint(secret, subject or known.credentials.subject, role, time.time(), ttl_s)
        return known.credentials.api_keys[0].key
    raise CannotStart(f"{api} asks for no credential")
