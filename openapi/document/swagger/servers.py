"""The host, base path and schemes of Swagger 2.0 as the servers of OpenAPI 3.0."""

from __future__ import annotations

import re
from typing import Any

from openapi.document.swagger.source import Source


def lift_servers(source: Source) -> list[dict[str, Any]]:
    """List the servers of *source*, one for each scheme; none where it is served as it is written."""
    path = _read_base_path(source)
    host = _read_host(source)
    if host is None:
        return [{"url": path}] if path else []
    return [{"url": f"{scheme}://{host}{path}"} for scheme in _read_schemes(source)]


def _read_base_path(source: Source) -> str:
    path = source.spec.get("basePath", "")
    if not isinstance(path, str):
        source.add_flaw(("basePath",), "must be text; it is not read")
        return ""
    if path and not path.startswith("/"):
        source.add_flaw(("basePath",), f"must begin with a slash; it is read as /{path}")
    path = path.strip("/")
    return f"/{path}" if path else ""


def _read_host(source: Source) -> str | None:
    host = source.spec.get("host")
    if host is None:
        return None
    if not isinstance(host, str) or not host:
        source.add_flaw(("host",), "must be the name of a host; it is not read")
        return None
    name = re.sub(r"^\w*:?//", "", host).partition("/")[0]
    if name != host:
        source.add_flaw(("host",), f"must be the name of a host alone; it is read as {name}")
    return name or None


def _read_schemes(source: Source) -> list[str]:
    schemes = source.spec.get("schemes", [])
    if not isinstance(schemes, list) or not all(isinstance(one, str) for one in schemes):
        source.add_flaw(("schemes",), "must be a list of http, https, ws and wss; https is read")
        return ["https"]
    # Without a scheme the one counts by which the document itself was had.
    return list(dict.fromkeys(schemes)) or ["https"]
