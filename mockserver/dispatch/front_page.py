"""The page at ``/``, which lists what is served, and what browsers ask for when they show it."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.contract.operation import Operation
from mockserver.http.reply import Reply
from mockserver.http.request import Request

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>mockserver</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
  h1 { font-size: 1.25rem; } dt { font-family: ui-monospace, monospace; margin-top: 1rem; overflow-wrap: anywhere; }
  dd { margin: 0 0 0 1rem; color: #555; }
  @media (prefers-color-scheme: dark) { body { background: #161616; color: #eee; } dd { color: #aaa; } }
</style>
<h1>mockserver answers here</h1>
<p>This is a mock of the real services. It keeps what it is sent until it stops.
<a href="/__admin/">The control plane</a> shows the requests and controls the answers.</p>
<dl>
{% for operation in operations %}
  <dt>{{ operation.method }} {{ operation.path }}</dt>
  <dd>{{ operation.summary }} (<a href="/__admin/docs/{{ operation.api }}#{{ operation.operation }}">
    {{- operation.api }}, {{ operation.operation }}</a>)</dd>
{% endfor %}
</dl>
</html>
"""


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


def front_page(operations: Sequence[Operation], request: Request) -> Reply:
    """List the operations, as HTML where the client prefers it, as JSON otherwise."""
    rows = [
        {
            "api": operation.api,
            "operation": operation.name,
            "method": operation.method,
            "path": operation.template,
            "summary": operation.summary,
        }
        for operation in operations
    ]
    if "text/html" not in (request.header("accept") or ""):
        return Reply(200, {"operations": rows})
    # Imported here, since most stubs never show a page and the import is slow.
    from jinja2 import Environment

    page = Environment(autoescape=True, trim_blocks=True).from_string(_PAGE).render(operations=rows)
    return Reply(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})
