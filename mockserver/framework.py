"""What the stub takes from Connexion: it reads a contract, resolves its operations and drives their compilation."""

import warnings

with warnings.catch_warnings():
    # Connexion imports a name that jsonschema has deprecated; its users cannot help that.
    warnings.simplefilter("ignore", DeprecationWarning)
    from connexion.exceptions import InvalidSpecification
    from connexion.middleware import ConnexionMiddleware, SpecMiddleware
    from connexion.middleware.abstract import AbstractRoutingAPI
    from connexion.operations import OpenAPIOperation
    from connexion.resolver import Resolver
    from connexion.spec import Specification

__all__ = [
    "AbstractRoutingAPI",
    "ConnexionMiddleware",
    "InvalidSpecification",
    "OpenAPIOperation",
    "Resolver",
    "SpecMiddleware",
    "Specification",
]
