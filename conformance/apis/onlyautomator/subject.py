"""What an exchange with an OnlyAutomator server was about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.apis.onlyautomator.answers import describe_value
from conformance.apis.onlyautomator.generated_cases import KEY
from conformance.assertions.member import Member, follow_member
from conformance.http.evidence import Exchange


def describe_subject(exchange: Exchange, member: Member = ()) -> str | None:
    """Give the fan, the category and the preference that were named, as far as they were; None if none was.

    member: of the answer; of a list, its record says what no request for a list does.
    """
    body = exchange.sent_json
    named = {**dict(exchange.query), **(body if isinstance(body, dict) else {})}
    record = follow_member(exchange.answered_json, member[:2]) if _is_in_list(member) else None
    if isinstance(record, dict):
        # Not its fanId, which may be another than the one that was asked for.
        named |= {name: record[name] for name in KEY[1:] if name in record}
    return describe_triple(named)


def _is_in_list(member: Member) -> bool:
    return len(member) > 1 and member[0] == "data" and isinstance(member[1], int)


def describe_triple(named: Mapping[str, Any]) -> str | None:
    """Give those members of a triple that are *named*; None if none is."""
    return ", ".join(f"{name} {describe_value(named[name])}" for name in KEY if name in named) or None
