"""Which credentials of a contract can be asked for: those of its schemes that a client can show over plain HTTP."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from openapi.document.document import Flaw
from openapi.pointer import Steps

_MUTUAL_TLS = "mutualTLS"
# What RFC 9110 calls a token.
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def check_schemes(schemes: Mapping[str, Any]) -> Iterator[Flaw]:
    """Tell of the security schemes that nobody can show, since they are written wrong."""
    for name, scheme in schemes.items():
        # Nothing is wrong with mutual TLS, though no client can show its certificate over plain HTTP.
        if scheme["type"] != _MUTUAL_TLS and not _can_be_shown(scheme):
            yield Flaw(
                ("components", "securitySchemes", name, "name"),
                "is a name that no header can have, with a space or another sign in it; it is not asked for, so write "
                "the name alone",
            )


def _can_be_shown(scheme: Mapping[str, Any]) -> bool:
    """Tell whether a client can show the credential over plain HTTP."""
    if scheme["type"] == "apiKey" and scheme.get("in") == "header":
        return bool(_HEADER_NAME.fullmatch(str(scheme.get("name", ""))))
    return bool(scheme["type"] != _MUTUAL_TLS)


def settle_security(
    holder: dict[str, Any], place: Steps, schemes: Mapping[str, Any], unreadable: Collection[str] = ()
) -> Iterator[Flaw]:
    """Leave out of the security of *holder* what cannot be shown, and tell of what is no scheme.

    unreadable: the schemes that are described and cannot be read, which was told already.

    An alternative of which nothing is left would let everybody in; it stays only where nothing else is asked for.
    """
    alternatives = holder.get("security", [])
    emptied = []
    for index, alternative in enumerate(alternatives):
        for name in [*alternative]:
            if name in schemes and _can_be_shown(schemes[name]):
                continue
            del alternative[name]
            if not alternative:
                emptied.append(index)
            if name not in schemes and name not in unreadable:
                yield Flaw(
                    (*place, "security", index, name),
                    "is no scheme in components.securitySchemes; it is not asked for, so describe it there",
                )
    if emptied and any(alternatives):
        holder["security"] = [one for index, one in enumerate(alternatives) if index not in emptied]
