"""The one media type in which an answer is sent that a contract documents as a range of them: ``image/*``."""

from __future__ import annotations

from mockserver.contract.media_type import covers_media_type, parse_media_type
from mockserver.contract.responses.accept import choose_media_type, list_named, rate_media_type
from mockserver.contract.samples.media_text import holds_values, is_known
from openapi.media_type import is_json


def choose_within(accept: str | None, media_range: str, usual: str) -> str | None:
    """Choose the media type within *media_range* that is most welcome; None if none is.

    accept: the header. usual: what is sent where nothing within the range is asked for by its name.
    """
    if not accept:
        return usual
    within = parse_media_type(media_range).name
    named = [one for one in list_named(accept) if covers_media_type(within, one)]
    if is_json(usual):
        # A browser that opens a link names XML before it says that it takes anything, and means neither.
        is_welcome = rate_media_type(usual, accept) > 0
        named = [one for one in named if is_json(one) or (not is_welcome and holds_values(one))]
    # A browser that shows a picture names formats of which there is no file here before those of which there is one.
    known = [one for one in named if is_known(one)]
    return choose_media_type(accept, [*known, usual, *named])
