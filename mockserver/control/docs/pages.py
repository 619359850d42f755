"""The pages of a contract, and what the interactive one loads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mockserver.auth.issuer import SampleCredential
from mockserver.control.contracts import NAME, Contracts
from mockserver.control.docs import swagger_ui
from mockserver.control.docs.plain_page import describe_contract
from mockserver.control.docs.reference import build_reference
from mockserver.control.replies import STRICT_POLICY, html_reply, template_environment
from mockserver.http.reply import Reply
from mockserver.http.session_name import PREFIX
from mockserver.session.session import DEFAULT
from openapi.document.operations import find_security, walk_operations
from openapi.media_type import JSON

if TYPE_CHECKING:
    from mockserver.session.session import Session
    from openapi import Spec

_FOLDER = Path(__file__).parent
# By the name of its security scheme, what a caller of an API sends.
Credentials = Mapping[str, SampleCredential]
# Swagger UI writes styles into the page; it fetches the contract, and what a reader tries, from this stub alone.
_POLICY = STRICT_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


class DocsPages:
    """Answers the pages of the contracts.

    make_credentials: makes those that an API takes at a time, in seconds since 1970. needs_session: whether a call
    has to name its session, also the default one.
    """

    def __init__(
        self,
        contracts: Contracts,
        make_credentials: Callable[[str, float], Credentials],
        *,
        needs_session: bool,
    ) -> None:
        self._contracts = contracts
        self._make_credentials = make_credentials
        self._needs_session = needs_session
        # To write that of a large contract takes seconds.
        self._write_reference = lru_cache(8)(self._write_reference_of)

    def answer_page(self, api: str, session: Session, *, is_plain: bool) -> Reply:
        """Answer the page of a contract as it is in *session*: the interactive one, unless *is_plain* or it is missing.

        Raises NotFound.
        """
        spec = self._contracts.find(api, session.choices)
        has_reference = bool(swagger_ui.find_files())
        shown: dict[str, Any] = {
            "api": api,
            "spec": spec,
            "names": self._contracts.names,
            "query": "" if session.id == DEFAULT else f"?session={quote(session.id)}",
            "has_reference": has_reference,
        }
        if is_plain or not has_reference:
            return _render_page("plain.html", STRICT_POLICY, {**shown, **describe_contract(spec)})
        settings = {"authorizations": self._list_authorizations(api, spec, session), "api": api}
        return _render_page("reference.html", _POLICY, {**shown, "settings": json.dumps(settings)})

    async def answer_reference(self, api: str, session: Session) -> Reply:
        """Answer the contract as the interactive page takes it, with the server that *session* has.

        Raises NotFound.
        """
        self._contracts.find(api, session.choices)
        is_named = api != NAME and (self._needs_session or session.id != DEFAULT)
        chosen = tuple(session.choices.get(api, {}).items())
        # While others are served.
        content = await asyncio.to_thread(
            self._write_reference, api, chosen, PREFIX + session.id if is_named else ""
        )
        return Reply(200, content, {"Content-Type": JSON})

    def _write_reference_of(self, api: str, chosen: tuple[tuple[str, str], ...], prefix: str) -> bytes:
        spec = self._contracts.find(api, {api: dict(chosen)})
        found = build_reference(api, spec, prefix, takes_prefer=api != NAME)
        return json.dumps(found, ensure_ascii=False, default=str).encode("utf-8", "replace")

    def _list_authorizations(self, api: str, spec: Spec, session: Session) -> dict[str, str]:
        """List what the page fills in: by scheme, the value without the word that Swagger UI adds itself."""
        made = self._make_credentials(api, session.clock.now_s())
        schemes = spec.get("components", {}).get("securitySchemes", {})
        return {
            name: made[name].value.partition(" ")[2] if schemes[name]["type"] == "http" else made[name].value
            for name in _list_preferred_schemes(spec)
            # A page cannot set the header Cookie.
            if name in made and made[name].place != "cookie"
        }


def _list_preferred_schemes(spec: Spec) -> dict[str, None]:
    """List the schemes that some operation asks for first."""
    found: dict[str, None] = {}
    for operation in walk_operations(spec):
        security = find_security(spec, operation)
        found |= dict.fromkeys(next((one for one in security if one), {}))
    return found


def _render_page(template: str, policy: str, shown: Mapping[str, Any]) -> Reply:
    page = template_environment(_FOLDER).get_template(template).render(shown)
    # The credentials in it expire.
    return html_reply(page, policy).with_headers({"Cache-Control": "no-store"})
