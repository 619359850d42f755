"""The rich library, lifted."""

from __future__ import annotations

from typing import Any

import pytest

from openapi.document.swagger import Lifted, lift_swagger
from tests.openapi.document.swagger.library import RICH, read_yaml


@pytest.fixture(scope="module")
def rich_lifted() -> Lifted:
    """The rich document, lifted."""
    return lift_swagger(read_yaml(RICH))


@pytest.fixture(scope="module")
def rich(rich_lifted: Lifted) -> dict[str, Any]:
    """The rich document in OpenAPI 3.0."""
    return rich_lifted.spec
