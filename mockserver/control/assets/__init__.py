"""The style sheets and scripts that the control plane's pages load, which stand here as files, or in a package."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from mockserver.control.docs import swagger_ui
from mockserver.http.problems import NotFound, suggest_nearest
from mockserver.http.reply import Reply
from mockserver.http.request import Request

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


def find_asset(name: str, request: Request) -> Reply:
    """Answer the file of that name, or 304 to a browser that has it.

    Raises NotFound.
    """
    assets = _find_assets()
    if name not in assets:
        raise NotFound(f"asset {name[:100]!r} not found; {suggest_nearest(name, list(assets))}")
    reply = _read_asset(assets[name])
    if request.header("if-none-match") == reply.headers["ETag"]:
        return Reply(304, None, reply.headers)
    return reply


@cache
def _find_assets() -> dict[str, Path]:
    here = Path(__file__).parent
    paths = (path for folder in (here, here.parent / "docs") for path in sorted(folder.iterdir()))
    own = {path.name: path for path in paths if path.suffix in _TYPES}
    return {**swagger_ui.find_files(), **own}


@cache
def _read_asset(path: Path) -> Reply:
    content = path.read_bytes()
    headers = {
        "Content-Type": _TYPES[path.suffix],
        # To ask again is cheap, and a newer stub at the same address is noticed.
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    return Reply(200, content, headers)
