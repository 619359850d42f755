"""What an exchange with a SuprSend server was about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.assertions.member import Member, follow_member
from conformance.http.evidence import Exchange

_PATH = re.compile(r"/v1/object/(?P<object>[^/]+/[^/]+)/preference(?:/category/(?P<category>[^/]+))?")


def describe_subject(exchange: Exchange, member: Member = ()) -> str | None:
    """Name the object, the category and the tenant that were asked for; None if the path names none.

    member: of the answer; the channel that it belongs to is named as well, and the category where the path names none.
    """
    asked = _PATH.search(exchange.path)
    if asked is None:
        return None
    shown = {name: value for name, value in _names_on_the_way(exchange, member) if name != "category"}
    categories = [value for name, value in _names_on_the_way(exchange, member) if name == "category"]
    category = asked["category"] or (categories[-1] if categories else None)
    tenants = [f", tenant {value}" for name, value in exchange.query if name == "tenant_id"]
    channel = f", channel {shown['channel']}" if "channel" in shown else ""
    return (
        f"object {asked['object']}{f', category {category}' if category else ''}{channel}{''.join(tenants)}"
    )


def _names_on_the_way(exchange: Exchange, member: Member) -> Iterator[tuple[str, str]]:
    """Yield what the objects around a member of the answer are called, the outermost first."""
    for length in range(1, len(member)):
        holder = follow_member(exchange.answered_json, member[:length])
        for name in ("category", "channel"):
            if isinstance(holder, dict) and isinstance(holder.get(name), str):
                yield name, holder[name]
