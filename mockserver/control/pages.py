"""The page to see and control a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.auth.issuer import DEFECTS
from mockserver.auth.schemes import SIGNATURE, authorization_word, credential_kind
from mockserver.control.replies import STRICT_POLICY, html_reply, template_environment
from mockserver.http.session_name import NAME, PREFIX
from mockserver.session.session import DEFAULT

if TYPE_CHECKING:
    from mockserver.contract.operation import Operation
    from mockserver.contract.routes import Routes
    from mockserver.control.contracts import Contracts
    from mockserver.http.reply import Reply
    from openapi import Spec

_FOLDER = Path(__file__).parent


class ControlPage:
    """The page that shows and controls a session.

    routes: the operations of the served APIs. contracts: theirs. list_flaws: lists what is wrong with them.
    render_curl: writes a command that calls an operation at an address.
    """

    def __init__(
        self,
        routes: Routes,
        contracts: Contracts,
        list_flaws: Callable[[], Sequence[object]],
        render_curl: Callable[[Operation, str], str],
    ) -> None:
        self._routes = routes
        self._contracts = contracts
        self._list_flaws = list_flaws
        self._render_curl = render_curl

    def answer(self, asked: str | None, url: str) -> Reply:
        """Answer the page of the session of the name that was asked for, which the server at *url* has."""
        session = asked if asked and NAME.fullmatch(asked) else DEFAULT
        operations = self._routes.operations
        # One that needs no id of another call, if there is one.
        called = min(operations, key=lambda one: "{" in one.template, default=None)
        rows = [
            {
                "api": one.api,
                "operation": one.name,
                "method": one.method,
                "template": one.template,
                "summary": one.summary,
            }
            for one in operations
        ]
        data = {
            "session": session,
            "operations": rows,
            "schemes": {
                api: list(_list_schemes(spec)) for api, spec in self._contracts.list_served().items()
            },
            "defects": list(DEFECTS),
            "flaws": len(self._list_flaws()),
            "curl": "" if called is None else self._render_curl(called, f"{url}{PREFIX}{session}"),
        }
        return html_reply(
            template_environment(_FOLDER).get_template("page.html").render(data=data), STRICT_POLICY
        )


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
