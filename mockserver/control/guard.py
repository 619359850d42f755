"""Who may use the control plane: no page of another origin, no rebound host name, nobody without the token."""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from mockserver.auth.challenges import CHALLENGES
from mockserver.http.problems import CannotStart, Forbidden, Problem
from mockserver.http.reply import Reply
from mockserver.http.request import Request

COOKIE = "mock_admin"
# Of a name and a port; Python keeps what was split last, however long it is.
_LONGEST_HOST = 300
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")


class TokenRequired(Problem):
    """The call lacks the token that the control plane asks for."""

    kind = HTTPStatus.UNAUTHORIZED


class Guard:
    """Checks every call of the control plane before it is handled.

    hosts: host names to accept besides localhost and any IP address.
    token: the token that a caller must send, or None where only this machine can call.
    Raises CannotStart for a token that no header can carry.
    """

    def __init__(self, hosts: Collection[str] = (), token: str | None = None) -> None:
        if token is not None and not _TOKEN.fullmatch(token):
            raise CannotStart("--admin-token: use letters, digits and any of - . _ ~ + / = only")
        self._hosts = {"localhost", *(host.lower() for host in hosts)}
        self._token = token

    def __call__(self, request: Request) -> Reply | None:
        """Return None to let the call pass, or the answer that replaces it.

        Raises Forbidden for a foreign host or origin, TokenRequired without the token.
        """
        # A page on a name that its owner rebinds to this machine passes every check of origins, so names come first.
        host = request.header("host") or ""
        if not self._is_known_host(host):
            raise Forbidden(
                f"{host[:_LONGEST_HOST]!r} is not a name of this server; allow it with --allow-host"
            )
        origin = request.header("origin")
        if origin is not None and origin.lower() not in (f"http://{host.lower()}", f"https://{host.lower()}"):
            raise Forbidden("the control plane does not answer pages on other origins")
        # Browsers send no Origin with a plain GET, such as that of an image.
        site = request.header("sec-fetch-site")
        if site == "cross-site":
            raise Forbidden("the control plane does not answer requests from other sites")
        # A page on another port of this machine may lead a person here, but use nothing: even to read a session keeps
        # it from being forgotten, and to listen does so for as long as the page is open.
        if site == "same-site" and request.header("sec-fetch-mode") != "navigate":
            raise Forbidden("the control plane does not answer pages on other origins")
        return self._check_token(request)

    def _check_token(self, request: Request) -> Reply | None:
        if self._token is None:
            return None
        query = dict(request.query_values())
        offered = query.pop("token", "")
        if request.method == "GET" and offered and self._is_valid_token(offered):
            # The cookie takes the token's place, and the redirect takes the token out of the address and the history.
            cookie = f"{COOKIE}={self._token}; Path=/__admin; HttpOnly; SameSite=Strict"
            if request.session_prefix is not None:
                query["session"] = request.session_prefix
            place = f"{request.path}?{urlencode(query)}" if query else request.path
            return Reply(303, None, {"Location": place, "Set-Cookie": cookie, "Cache-Control": "no-store"})
        bearer = (request.header("authorization") or "").partition(" ")[2]
        sent = (bearer, request.header("x-mock-admin-token") or "", request.cookie(COOKIE) or "")
        if not any(self._is_valid_token(token) for token in sent):
            raise TokenRequired(
                "send the admin token: 'Authorization: Bearer <token>', or open /__admin/?token=<token>",
                headers={CHALLENGES: "Bearer"},
            )
        return None

    def _is_valid_token(self, token: str) -> bool:
        # In constant time, so that the time of the answer does not give the token away letter by letter.
        return hmac.compare_digest(token.encode("latin-1", "replace"), (self._token or "").encode())

    def _is_known_host(self, host: str) -> bool:
        if len(host) > _LONGEST_HOST:
            return False
        try:
            name = urlsplit(f"//{host}").hostname or ""
            if name not in self._hosts:
                # Nobody can rebind an address.
                ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
