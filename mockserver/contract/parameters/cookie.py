"""What the Cookie header has for a parameter."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from mockserver.contract.parameters.reading import Sent
from mockserver.contract.parameters.shape import Shape
from mockserver.contract.parameters.style import Decode, Style
from mockserver.http.request import Request


def make_cookie_reader(name: str, style: Style, shape: Shape) -> Callable[[Request], list[Sent] | None]:
    """Make what lists the readings of the parameter *name*, or gives None where it is left out."""
    decode: Decode = str if style.name == "cookie" else unquote
    # Style form writes an ampersand where style cookie begins another cookie.
    separator = re.compile(";" if style.name == "cookie" else "[;&]")

    def list_named(request: Request) -> list[Sent] | None:
        text = request.cookie(name)
        return None if text is None else style.list_readings(name, text, decode, shape)

    def list_spread(request: Request) -> list[Sent] | None:
        """Read a list or an object of which each item or member is a cookie of its own."""
        pairs = _split_cookies(request, separator)
        members: dict[str, Sent] = {key: [decode(text)] for key, text in pairs if key in shape.properties}
        if shape.takes_object and members:
            return [members]
        items = [text for key, text in pairs if key == name]
        if shape.takes_list and len(items) > 1:
            return [[decode(text) for text in items]]
        return list_named(request)

    is_spread = style.is_exploded and (shape.takes_list or shape.takes_object)
    return list_spread if is_spread else list_named


def _split_cookies(request: Request, separator: re.Pattern[str]) -> list[tuple[str, str]]:
    pairs = (part.strip().partition("=") for part in separator.split(request.header("cookie") or ""))
    return [(name, value) for name, _, value in pairs]
