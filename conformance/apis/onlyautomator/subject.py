"""What an exchange with an OnlyAutomator server was about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.apis.onlyautomator.answers import describe_value
from conformance.apis.onlyautomator.generated_cases import KEY
from conformance.http.evidence import Exchange


def describe_subject(exchange: Exchange) -> str | None:
    """Give the fan, the category and the preference that were named, as far as they were; None if none was."""
    body = exchange.sent_json
    return describe_triple({**dict(exchange.query), **(body if isinstance(body, dict) else {})})


def describe_triple(named: Mapping[str, Any]) -> str | None:
    """Give those members of a triple that are *named*; None if none is."""
    return ", ".join(f"{name} {describe_value(named[name])}" for name in KEY if name in named) or None
