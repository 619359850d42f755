"""Which credentials of a contract can be asked for: those of its schemes that a client can show over plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from openapi.document.document import Flaw
from openapi.pointer import Steps

_MUTUAL_TLS = "mutualTLS"


def check_schemes(schemes: Mapping[str, Any]) -> Iterator[Flaw]:
    """Tell of the security schemes that can be asked for nowhere."""
    for name, scheme in schemes.items():
        if scheme["type"] == _MUTUAL_TLS:
            yield Flaw(
                ("components", "securitySchemes", name, "type"),
                "is mutual TLS, and no client can show its certificate over plain HTTP; it is not asked for",
            )


def settle_security(holder: dict[str, Any], place: Steps, schemes: Mapping[str, Any]) -> Iterator[Flaw]:
    """Leave out of the security of *holder* what cannot be shown, and tell of what is no scheme.

    An alternative of which nothing is left would let everybody in; it stays only where nothing else is asked for.
    """
    alternatives = holder.get("security", [])
    emptied = []
    for index, alternative in enumerate(alternatives):
        for name in [*alternative]:
            if name in schemes and schemes[name]["type"] != _MUTUAL_TLS:
                continue
            del alternative[name]
            if not alternative:
                emptied.append(index)
            if name not in schemes:
                yield Flaw(
                    (*place, "security", index, name),
                    "is no scheme in components.securitySchemes; it is not asked for, so describe it there",
                )
    if emptied and any(alternatives):
        holder["security"] = [one for index, one in enumerate(alternatives) if index not in emptied]
