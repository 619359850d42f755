"""A credential for the command line, made without starting the stub."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import openapi
from mockserver import apis, fixtures
from mockserver.auth import issuer as mint
from mockserver.auth import security as auth
from mockserver.auth import tokens
from mockserver.http.problems import CannotStart, nearest
from mockserver.http.session_name import CLAIM, NAME, NAMING


def credential(api: str | None, wish: Mapping[str, Any], session: str | None) -> str:
    """Make a token for *api*, or give its default key; without a name, for the first API that takes tokens.

    wish: sub, role, ttl_s and defect of a token. session: the session it carries, or None.
    Raises CannotStart if the contract asks for no credential or the defect is unknown, openapi.UnknownApi for an
    unknown API.
    """
    name = api or next((name for name in openapi.api_names() if _kind(name) == "jwt"), openapi.api_names()[0])
    kind = _kind(name)
    if kind is None:
        raise CannotStart(f"{name} asks for no credential")
    known = fixtures.load_built_in(name, apis.import_api(name).Fixtures).credentials
    if kind != "jwt":
        if session is not None or wish["defect"] is not None or wish["sub"] is not None:
            raise CannotStart(
                f"{name} takes keys, not tokens; POST /__admin/keys makes one for a session, read-only or revoked"
            )
        return known.api_keys[0].key
    defect = wish["defect"]
    if defect is not None and defect not in mint.DEFECTS:
        raise CannotStart(f"--defect {defect}: {nearest(defect, list(mint.DEFECTS))}")
    if session is not None and not NAME.fullmatch(session):
        raise CannotStart(f"--session {session}: {NAMING}")
    claims = tokens.claims_of(wish["sub"] or known.subject, wish["role"], time.time(), wish["ttl_s"])
    if session is not None:
        claims[CLAIM] = session
    return mint.minted(claims, defect, tokens.jwt_secret())[0]


def _kind(api: str) -> str | None:
    """Tell what the first security scheme of *api* carries, or None if it has none."""
    schemes = openapi.load_contract(api).get("components", {}).get("securitySchemes", {})
    return next((auth.kind(scheme) for scheme in schemes.values()), None)
