"""What a media type says about a body."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=256)
def names_json(media_type: str) -> bool:
    """Tell whether *media_type* is JSON, or a kind of it such as ``application/problem+json``."""
    name = media_type.partition(";")[0].strip().lower()
    return name == "application/json" or name.endswith("+json")
