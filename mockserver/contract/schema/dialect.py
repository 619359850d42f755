"""The dialects of JSON Schema that a contract may be written in."""

from __future__ import annotations

from typing import Any, NamedTuple

from jsonschema_rs import (
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
    Validator,
)

import openapi
from openapi import Spec


class Dialect(NamedTuple):
    """How the schemas of a contract are read.

    compiler: the validator of the library that reads them. is_openapi_3_0: whether they are those of OpenAPI 3.0.
    reads_siblings: whether what stands beside a ``$ref`` counts.
    """

    name: str
    compiler: type[Validator]
    is_openapi_3_0: bool = False
    reads_siblings: bool = False


OPENAPI_3_0 = Dialect("OpenAPI 3.0", Draft4Validator, is_openapi_3_0=True)
DRAFT_2020_12 = Dialect("2020-12", Draft202012Validator, reads_siblings=True)
_BY_ADDRESS = {
    "json-schema.org/draft/2020-12/schema": DRAFT_2020_12,
    "json-schema.org/draft/2019-09/schema": Dialect("2019-09", Draft201909Validator, reads_siblings=True),
    "json-schema.org/draft-07/schema": Dialect("draft-07", Draft7Validator),
    "json-schema.org/draft-06/schema": Dialect("draft-06", Draft6Validator),
    "json-schema.org/draft-04/schema": Dialect("draft-04", Draft4Validator),
}


def find_dialect(spec: Spec, schema: Any) -> Dialect:
    """Find the dialect of *schema* in the contract *spec*: what it says itself, or else the contract.

    One that is not known counts as the newest, which OpenAPI 3.1 and later mean where they say nothing.
    """
    if str(spec.get("openapi", "3.0")).startswith(("3.0", "2.")):
        return OPENAPI_3_0
    return (
        _find_by_address(_read_own_address(spec, schema))
        or _find_by_address(spec.get("jsonSchemaDialect"))
        or DRAFT_2020_12
    )


def _read_own_address(spec: Spec, schema: Any) -> Any:
    """Read the ``$schema`` of *schema*, or of what it refers to by a pointer."""
    try:
        found = openapi.resolve_reference(spec, schema)
    except (LookupError, TypeError, ValueError):  # which the translation tells of
        found = schema
    return found.get("$schema") if isinstance(found, dict) else None


def is_known_address(address: str) -> bool:
    """Tell whether *address* is that of the schema of a dialect, which the library has itself."""
    return _find_by_address(address) is not None


def _find_by_address(address: Any) -> Dialect | None:
    if not isinstance(address, str):
        return None
    return _BY_ADDRESS.get(address.partition("://")[2].partition("#")[0])
