"""The page to see and control a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mockserver.auth.issuer import DEFECTS
from mockserver.auth.schemes import SIGNATURE, authorization_word, credential_kind
from mockserver.http.session_name import PREFIX

if TYPE_CHECKING:
    from jinja2 import Environment

    from mockserver.contract.operation import Operation
    from openapi import Spec


class ControlPage(NamedTuple):
    """The page that shows and controls a session.

    specs: the contracts by the names of their APIs. flaws: how much is wrong with them.
    """

    operations: Sequence[Operation]
    specs: Mapping[str, Spec]
    flaws: int

    def render(self, session: str, url: str, render_curl: Callable[[Operation, str], str]) -> str:
        """Render it for the session of that name, which the server at *url* has."""
        # One that needs no id of another call, if there is one.
        called = min(self.operations, key=lambda one: "{" in one.template, default=None)
        rows = [
            {
                "api": one.api,
                "operation": one.name,
                "method": one.method,
                "template": one.template,
                "summary": one.summary,
            }
            for one in self.operations
        ]
        data = {
            "session": session,
            "operations": rows,
            "schemes": {api: list(_list_schemes(spec)) for api, spec in self.specs.items()},
            "defects": list(DEFECTS),
            "flaws": self.flaws,
            "curl": "" if called is None else render_curl(called, f"{url}{PREFIX}{session}"),
        }
        return _template_environment().get_template("page.html").render(data=data)


def _list_schemes(spec: Spec) -> Iterator[dict[str, str]]:
    """Say where each credential goes that the stub can issue, and what stands before it."""
    for scheme in spec.get("components", {}).get("securitySchemes", {}).values():
        kind = credential_kind(scheme)
        if kind == SIGNATURE:
            continue
        if scheme["type"] == "apiKey":
            yield {"kind": kind, "place": scheme["in"], "name": scheme["name"], "word": ""}
        else:
            word = f"{authorization_word(scheme)} "
            yield {"kind": kind, "place": "header", "name": "Authorization", "word": word}


@cache
def _template_environment() -> Environment:
    # Few runs need it, and the import would slow every start.
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
