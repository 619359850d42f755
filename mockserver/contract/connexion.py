"""What the stub takes from Connexion: it reads a contract, resolves its operations and drives their compilation."""

from __future__ import annotations

import warnings
from typing import Any

from openapi import Spec

with warnings.catch_warnings():
    # Connexion imports a name that jsonschema has deprecated; its users cannot help that.
    warnings.simplefilter("ignore", DeprecationWarning)
    from connexion.exceptions import InvalidSpecification
    from connexion.middleware import ConnexionMiddleware, SpecMiddleware
    from connexion.middleware.abstract import AbstractRoutingAPI
    from connexion.middleware.main import API
    from connexion.operations import OpenAPIOperation
    from connexion.resolver import Resolver
    from connexion.spec import OpenAPISpecification, Specification

__all__ = [
    "AbstractRoutingAPI",
    "ConnexionMiddleware",
    "InvalidSpecification",
    "OpenAPIOperation",
    "Resolver",
    "SpecMiddleware",
    "Specification",
    "add_contract",
]


class _ShippedSpecification(OpenAPISpecification):  # type: ignore[misc]
    """A contract that came with us: it was valid when it was packed, and to see so again takes half of a start."""

    @classmethod
    def _validate_spec(cls, spec: Spec) -> None:
        """Take it as it is."""


def add_contract(connexion: ConnexionMiddleware, spec: Spec, *, is_shipped: bool, **options: Any) -> None:
    """Add an API to Connexion, as its own add_api does.

    Raises InvalidSpecification unless it is one of those that came with us.
    """
    contract = _ShippedSpecification(dict(spec)) if is_shipped else Specification.load(spec)
    connexion.apis.append(API(contract, base_path=None, **options))
