"""What a media type says about a body."""

from __future__ import annotations

from functools import lru_cache

JSON = "application/json"
# The second is registered nowhere, and servers in .NET name it beside the first.
_JSON = (JSON, "text/json")


# No media type has a longer name, and parameters are looked at no further.
_LONGEST = 200


def is_json(media_type: str) -> bool:
    """Tell whether *media_type* is JSON, or a kind of it such as ``application/problem+json``."""
    return _is_json(media_type[:_LONGEST])


# The same few values come with every request.
@lru_cache(maxsize=256)
def _is_json(media_type: str) -> bool:
    name = bare_media_type(media_type)
    return name in _JSON or name.endswith("+json")


def is_xml(media_type: str) -> bool:
    """Tell whether *media_type* is XML, or a kind of it such as ``application/soap+xml``."""
    return bare_media_type(media_type).endswith(("/xml", "+xml"))


def bare_media_type(media_type: str) -> str:
    """Return *media_type* in lower case, without its parameters."""
    return media_type.partition(";")[0].strip().lower()
