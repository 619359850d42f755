"""A list shows the page that its query asks for."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.services.resources.page import choose_page, find_first_page

MEMBERS: dict[str, Any] = {name: {} for name in ("id", "name", "size", "tags")}
ITEMS: list[dict[str, Any]] = [
    {"id": 1, "name": "pear", "size": 3, "tags": ["a", "b"]},
    {"id": 2, "name": "Apple", "size": 1, "tags": []},
    {"id": 3, "name": "fig", "size": 2},
    {"id": 4, "name": "Date palm", "size": 2, "tags": ["b"]},
]


def ids(first_page: int = 1, **asked: Any) -> list[int]:
    page = choose_page(ITEMS, asked, MEMBERS, "id", first_page)
    return [item["id"] for item in page.items]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"limit": 2}, [1, 2]),
        ({"limit": 2, "offset": 1}, [2, 3]),
        ({"_limit": 1, "skip": 3}, [4]),
        ({"page": 2, "per_page": 3}, [4]),
        ({"pageNumber": 9, "pageSize": 3}, []),
        ({"limit": 2, "after": "2"}, [3, 4]),
        ({"limit": 2, "starting_after": "9"}, []),
        ({"size": 1}, [2]),
        ({"size": 2, "limit": 1}, [3]),
        ({"name": None, "id": [1, 3]}, [1, 3]),
        ({"tags": "b"}, [1, 4]),
        ({"q": "PALM"}, [4]),
        ({"sort": "name"}, [2, 4, 3, 1]),
        ({"sort": "-size,id"}, [1, 3, 4, 2]),
        ({"sort_by": "size", "order": "desc"}, [1, 3, 4, 2]),
        ({"orderBy": "id desc"}, [4, 3, 2, 1]),
        ({"sort": "newest"}, [1, 2, 3, 4]),
    ],
)
def test_query_chooses_items(asked, expected):
    assert ids(**asked) == expected


def test_first_page_may_be_number_zero():
    assert find_first_page([{"name": "page", "schema": {"minimum": 0}}]) == 0
    assert find_first_page([{"name": "page", "schema": {"default": 1}}]) == 1
    assert ids(0, page=1, limit=3) == [4]


def test_answer_says_what_is_true_of_the_page():
    page = choose_page(ITEMS, {"limit": 3, "page": 1}, MEMBERS, "id", 1)
    answer = {
        "items": [],
        "total": 0,
        "meta": {
            "total_pages": 9,
            "page": 9,
            "per_page": 9,
            "has_more": False,
            "next_cursor": "text",
            "took": 5,
        },
    }

    assert page.describe(answer) == {
        "items": [],
        "total": 4,
        "meta": {"total_pages": 2, "page": 1, "per_page": 3, "has_more": True, "next_cursor": "3", "took": 5},
    }


def test_last_page_has_no_next_one():
    page = choose_page(ITEMS, {"limit": 4}, MEMBERS, "id", 1)

    assert page.describe({"next_cursor": "text", "nextPageToken": None, "hasMore": True}) == {
        "next_cursor": "",
        "nextPageToken": None,
        "hasMore": False,
    }
