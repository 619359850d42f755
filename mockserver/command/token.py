"""A credential for the command line, made without starting the stub."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openapi
from mockserver.auth import issuer, tokens
from mockserver.auth.schemes import credential_kind
from mockserver.http.problems import CannotStart, suggest_nearest
from mockserver.http.session_name import CLAIM, NAME, NAMING
from mockserver.services.service import load_services


def make_credential(
    api: str | None, wanted: Mapping[str, Any], session: str | None, own_fixtures: Path | None = None
) -> str:
    """Make a token for *api*, or return its default key; without a name, for the first API that takes tokens.

    wanted: sub, role, ttl_s and defect of a token. session: the session it carries, or None.
    own_fixtures: the file of fixtures that the stub is started with, if any.
    Raises CannotStart if the contract asks for no credential or the defect is unknown; openapi.UnknownApi.
    """
    name = api or next(
        (name for name in openapi.api_names() if _credential_kind(name) == "jwt"), openapi.api_names()[0]
    )
    kind = _credential_kind(name)
    if kind is None:
        raise CannotStart(f"{name} asks for no credential")
    # Of all APIs only for the file, which may name them all.
    services = load_services(None if own_fixtures else [name], own_fixtures)
    known = next(one.fixtures.credentials for one in services if one.name == name)
    if kind != "jwt":
        if session is not None or wanted["defect"] is not None or wanted["sub"] is not None:
            raise CannotStart(
                f"{name} takes keys, not tokens; POST /__admin/keys makes one for a session, read-only or revoked"
            )
        if not known.api_keys:
            raise CannotStart(f"{own_fixtures}: has no API key for {name}; add one to its credentials")
        return known.api_keys[0].key
    defect = wanted["defect"]
    if defect is not None and defect not in issuer.DEFECTS:
        raise CannotStart(f"--defect {defect}: {suggest_nearest(defect, list(issuer.DEFECTS))}")
    if session is not None and not NAME.fullmatch(session):
        raise CannotStart(f"--session {session}: {NAMING}")
    claims = tokens.build_claims(wanted["sub"] or known.subject, wanted["role"], time.time(), wanted["ttl_s"])
    if session is not None:
        claims[CLAIM] = session
    return issuer.sign_with_defect(claims, defect, tokens.read_jwt_secret())[0]


def _credential_kind(api: str) -> str | None:
    """Return what the first security scheme of *api* carries, or None if it has none."""
    schemes = openapi.load_contract(api).get("components", {}).get("securitySchemes", {})
    return next((credential_kind(scheme) for scheme in schemes.values()), None)
