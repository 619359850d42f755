"""The challenges of a 401: the schemes in which an operation takes credentials."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from mockserver.auth.schemes import Scheme, authorization_word, credential_kind, is_bearer

CHALLENGES = "WWW-Authenticate"
_REALM = 'realm="stub"'
# Basic needs a realm, and a digest is computed from the rest.
_PARAMETERS = {"Basic": f" {_REALM}", "Digest": f' {_REALM}, qop="auth", nonce="stub"'}
_UNQUOTABLE = re.compile(r"[^ -~]")


def write_challenges(
    security: list[dict[str, Any]], schemes: Mapping[str, Scheme], refused: Collection[str] = ()
) -> str:
    """Write the value of WWW-Authenticate: a challenge for each scheme of *security*; empty if it has none.

    refused: the names of the schemes whose credentials came and were refused. A scheme whose ``x-challenge`` is false
    has none, nor have those beside it.
    """
    names = dict.fromkeys(name for alternative in security for name in alternative if name in schemes)
    # No scheme stands for a token in a cookie or for a signature of ours; a bearer token is asked for beside them.
    if any(schemes[name].get("x-challenge") is False for name in names):
        return ""
    own = [
        name
        for name in names
        if schemes[name]["type"] != "apiKey" or credential_kind(schemes[name]) == "api_key"
    ]
    # Clients look at the first challenge, and know the schemes of HTTP.
    ordered = sorted(own or names, key=lambda name: schemes[name]["type"] == "apiKey")
    challenges = (_write_challenge(schemes[name], name in refused) for name in ordered)
    return ", ".join(dict.fromkeys(challenges))


def _write_challenge(scheme: Scheme, is_refused: bool) -> str:
    if scheme["type"] == "apiKey":
        # RFC 9110, 15.5.2 wants a challenge, and no scheme for keys is registered; other servers send this name, too.
        return f"APIKey in={_quote_text(scheme['in'])}, name={_quote_text(scheme['name'])}"
    if is_bearer(scheme):
        # RFC 6750, 3.1: no error for a request without a token.
        return 'Bearer error="invalid_token"' if is_refused else "Bearer"
    word = authorization_word(scheme)
    return word + _PARAMETERS.get(word, "")


def _quote_text(text: str) -> str:
    escaped = _UNQUOTABLE.sub("?", text).replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
