"""The page at ``/`` and ``/__admin/operations``, which lists what is served, and what browsers ask for besides."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from mockserver.contract.operation import Operation
from mockserver.contract.routes import Routes
from mockserver.http.reply import Reply
from mockserver.http.request import Request
from mockserver.http.session_name import NAME, PREFIX
from openapi.wording import count_things

if TYPE_CHECKING:
    from jinja2 import Template

# A call of each operation of a longer API would make the page slow; each is a page of its own there.
_MOST_WITH_CURL = 20
_MOST_WITHOUT_SEARCH = 12


# No application asks for these; browsers do, unasked.
_OF_BROWSERS = frozenset(
    {
        "/favicon.ico",
        "/robots.txt",
        "/apple-touch-icon.png",
        "/apple-touch-icon-precomposed.png",
        "/.well-known/appspecific/com.chrome.devtools.json",
    }
)


def is_of_browser(request: Request) -> bool:
    """Tell whether a browser sends *request* by itself; a contract may have an operation of its own there."""
    return request.path in _OF_BROWSERS and request.method in ("GET", "HEAD")


def is_front_page(request: Request) -> bool:
    """Tell whether *request* asks for the front page; a contract may have an operation of its own there."""
    return request.path == "/" and request.method in ("GET", "HEAD")


class FrontPage:
    """Lists the operations of the served APIs, for people with a command that calls each.

    titles: of the APIs, by name. render_curl: writes the command that calls an operation of the server at an address.
    session: the one that a caller has to name who names none himself, or None.
    """

    def __init__(
        self,
        routes: Routes,
        titles: Mapping[str, str],
        render_curl: Callable[[Operation, str], str],
        session: str | None,
    ) -> None:
        self._routes = routes
        self._titles = titles
        self._render_curl = render_curl
        self._session = session

    def answer(self, request: Request) -> Reply:
        """List the operations, as HTML where the client prefers it, as JSON otherwise."""
        if "text/html" not in (request.header("accept") or ""):
            return Reply(200, {"operations": [_describe_operation(one) for one in self._routes.operations]})
        query = request.query_values()
        named = query.get("session", "")
        session = request.session_prefix or (named if NAME.fullmatch(named) else None)
        needed = session or self._session
        url = request.base_url + ("" if needed is None else PREFIX + needed)
        files = _read_files()
        page = files.template.render(
            self._describe_apis(url, query.get("operation")),
            # In the query, since a cookie with the admin token is sent to /__admin only.
            query=f"?{urlencode({'session': session})}" if session else "",
            style=files.style,
            script=files.script,
        )
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": files.policy,
            # The credentials in it expire.
            "Cache-Control": "no-store",
        }
        return Reply(200, page.encode(), headers)

    def _describe_apis(self, url: str, chosen: str | None) -> dict[str, Any]:
        by_api: dict[str, list[Operation]] = {name: [] for name in self._titles}
        for operation in self._routes.operations:
            by_api.setdefault(operation.api, []).append(operation)
        alone = [one for one in self._routes.operations if _write_key(one) == chosen]
        if alone:
            by_api = {one.api: [one] for one in alone}
        apis = [self._describe_api(name, operations, url) for name, operations in by_api.items()]
        count = sum(map(len, by_api.values()))
        return {"apis": apis, "chosen": alone, "is_searchable": count > _MOST_WITHOUT_SEARCH}

    def _describe_api(self, name: str, operations: list[Operation], url: str) -> dict[str, Any]:
        is_long = len(operations) > _MOST_WITH_CURL
        return {
            "name": name,
            "title": self._titles.get(name, name),
            "count": count_things(len(operations), "operation"),
            "is_long": is_long,
            "rows": [
                {
                    **_describe_operation(one),
                    "key": _write_key(one),
                    "curl": None if is_long else self._render_curl(one, url),
                }
                for one in operations
            ],
        }


def _describe_operation(operation: Operation) -> dict[str, str]:
    return {
        "api": operation.api,
        "operation": operation.name,
        "method": operation.method,
        "path": operation.template,
        "summary": operation.summary,
    }


def _write_key(operation: Operation) -> str:
    return f"{operation.api}/{operation.name}"


class _Files(NamedTuple):
    """What the page is made of. policy: lets it run its own script, show its own style, and load nothing."""

    template: Template
    style: Any
    script: Any
    policy: str


@cache
def _read_files() -> _Files:
    # Imported here, since most stubs never show a page and the import is slow.
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    folder = Path(__file__).parent
    style, script = (folder.joinpath(f"page.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True)
    policy = (
        f"default-src 'none'; style-src {_hash_source(style)}; script-src {_hash_source(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    template = environment.get_template("page.html")
    # Files of our own: what a contract says is never in them.
    return _Files(template, Markup(style), Markup(script), policy)  # noqa: S704


def _hash_source(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
