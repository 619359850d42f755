"""The page of a list that a query asks for, by the names that most APIs have for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.http import exact_json
from mockserver.services.resources.item_store import Item

# Lower case, without separators.
_LIMITS = {"limit", "perpage", "pagesize", "size", "maxresults", "take", "first", "$top", "maxitems"}
_OFFSETS = {"offset", "skip", "start", "startindex", "$skip"}
_PAGES = {"page", "pagenumber", "pageno", "pageindex"}
_CURSORS = {"cursor", "after", "startingafter", "pagetoken", "nexttoken", "startafter", "continuationtoken"}
_SORTS = {"sort", "sortby", "orderby", "$orderby"}
_DIRECTIONS = {"order", "direction", "sortorder", "sortdirection", "sortdir", "dir"}
_SEARCHES = {"q", "query", "search"}
# What an answer says of the whole list, beside the items.
_TOTALS = {"total", "totalcount", "totalitems", "totalresults", "totalelements", "totalrecords", "count"}
_MORE = {"hasmore", "hasnext", "hasnextpage", "more"}
_PAGE_COUNTS = {"totalpages", "pagecount", "lastpage", "pages"}
_NEXT_CURSORS = {"nextcursor", "nextpagetoken", "nexttoken", "cursor", "endcursor"}


@dataclass(frozen=True)
class Page:
    """What a list answers: items, and what is said of them. limit: None for all."""

    items: Sequence[Item]
    total: int
    offset: int
    limit: int | None
    number: int
    next_cursor: str | None

    def describe(self, body: Any) -> Any:
        """Copy *body*, an answer around the items, with what it says of the page made true."""
        if not isinstance(body, dict):
            return body
        return {
            name: value if isinstance(value, list) else self._describe_member(name, value)
            for name, value in body.items()
        }

    def _describe_member(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self.describe(value)
        key = _simplify_name(name)
        if isinstance(value, bool):
            return self.next_cursor is not None if key in _MORE else value
        if isinstance(value, int):
            return self._count(key, value)
        if key in _NEXT_CURSORS and (value is None or isinstance(value, str)):
            # Empty where a text is asked for, as in many APIs.
            return self.next_cursor or ("" if value is not None else None)
        return value

    def _count(self, key: str, value: int) -> int:
        limit = self.limit or max(1, self.total)
        if key in _TOTALS:
            return self.total
        if key in _PAGE_COUNTS:
            return -(-self.total // limit)
        if key in _LIMITS:
            return self.limit if self.limit is not None else value
        return self.offset if key in _OFFSETS else self.number if key in _PAGES else value


def choose_page(
    items: Sequence[Item],
    arguments: Mapping[str, Any],
    members: Mapping[str, Any],
    id_member: str,
    first_page: int,
) -> Page:
    """Choose, of all *items*, those that the query *arguments* ask for.

    A parameter with the name of one of the *members* keeps the items that have its value there. first_page: the number
    of the first page.
    """
    others = {name: value for name, value in arguments.items() if name not in members and value is not None}
    named = {_simplify_name(name): value for name, value in others.items()}
    chosen = [
        item
        for item in items
        if all(_has_wanted_value(item, name, arguments[name]) for name in arguments if name in members)
    ]
    words = _find_text(named, _SEARCHES)
    if words:
        chosen = [item for item in chosen if _holds_words(item, words.lower())]
    chosen = _sort_items(chosen, _find_text(named, _SORTS), _find_text(named, _DIRECTIONS))
    limit = _find_number(named, _LIMITS)
    number = _find_number(named, _PAGES)
    offset = _find_number(named, _OFFSETS) or 0
    if number is not None and limit is not None:
        offset = max(0, number - first_page) * limit
    cursor = _find_text(named, _CURSORS)
    if cursor:
        offset = next(
            (at for at, item in enumerate(chosen, 1) if str(item.get(id_member)) == cursor), len(chosen)
        )
    end = len(chosen) if limit is None else offset + limit
    shown = chosen[offset:end]
    next_cursor = str(shown[-1].get(id_member)) if shown and end < len(chosen) else None
    page_number = number if number is not None else first_page + (offset // limit if limit else 0)
    return Page(shown, len(chosen), offset, limit, page_number, next_cursor)


def find_first_page(parameters: Sequence[Mapping[str, Any]]) -> int:
    """Find the number of the first page by the schema of the parameter that names one: 0 or 1."""
    for parameter in parameters:
        if _simplify_name(parameter["name"]) in _PAGES:
            schema = parameter.get("schema", {})
            return 0 if 0 in (schema.get("minimum"), schema.get("default")) else 1
    return 1


def _simplify_name(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _find_number(named: Mapping[str, Any], names: set[str]) -> int | None:
    return next(
        (value for name, value in named.items() if name in names and isinstance(value, int) and value >= 0),
        None,
    )


def _find_text(named: Mapping[str, Any], names: set[str]) -> str:
    return next((value for name, value in named.items() if name in names and isinstance(value, str)), "")


def _has_wanted_value(item: Item, name: str, wanted: Any) -> bool:
    if wanted is None or wanted == []:
        return True
    found = item.get(name)
    options = wanted if isinstance(wanted, list) else [wanted]
    values = found if isinstance(found, list) else [found]
    return any(exact_json.dumps(one) == exact_json.dumps(value) for one in options for value in values)


def _holds_words(value: Any, words: str) -> bool:
    if isinstance(value, dict):
        return any(_holds_words(one, words) for one in value.values())
    if isinstance(value, list):
        return any(_holds_words(one, words) for one in value)
    return isinstance(value, str) and words in value.lower()


def _sort_items(items: list[Item], sort: str, direction: str) -> list[Item]:
    """Sort by the members that *sort* names, such as ``name``, ``-name`` or ``name:desc``; the first counts most."""
    for name, is_descending in reversed(list(_read_sort(sort, direction))):
        if any(name in item for item in items):
            items = sorted(items, key=lambda item: _make_sort_key(item.get(name)), reverse=is_descending)
    return items


def _read_sort(sort: str, direction: str) -> Iterator[tuple[str, bool]]:
    is_reversed = direction.lower().startswith("desc")
    for part in sort.split(","):
        name, _, word = part.strip().replace(" ", ":").partition(":")
        yield (
            name.lstrip("+-"),
            name.startswith("-") or word.lower().startswith("desc") or (is_reversed and not word),
        )


def _make_sort_key(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool) or value is None:
        return 0, bool(value)
    return (1, value) if isinstance(value, int | float) else (2, str(value))
