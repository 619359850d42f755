"""Swagger 2.0 in the terms of OpenAPI 3.0: everything behind the reading knows one form of a contract only."""

from openapi.document.swagger.lifting import Lifted, lift_swagger

__all__ = ["Lifted", "lift_swagger"]
