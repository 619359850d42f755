"""Credentials that the target tells in an answer: its cookies, and tokens in addresses and bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2

# Cut where browsers cut a cookie: whoever sends more means no credential.
_LONGEST = 4096
_SHORTEST = 12  # what is shorter may be a word, which would be missing everywhere
_MOST_READ = 64 * 1024  # bytes of a body
_NAME = (
    r"(?:(?:access|refresh|id|auth|session|csrf|xsrf|bearer)[_-]?token|token|client[_-]?secret|secret|api[_-]?key"
    r"|passw(?:or)?d|jwt|session[_-]?id)"
)
# What these mean in an address, they do not in a body: the code of an error is none that a token is given for.
_NAME_IN_ADDRESS = rf"(?:[\w-]*[_-])?(?:{_NAME}|code|signature|sig|assertion|saml\w*|ticket)"
_ADDRESSES = ("location", "content-location", "refresh", "link")
_RAW_ADDRESSES = {name.encode() for name in _ADDRESSES}
_IN_ADDRESS = re.compile(rf"(?<=[?&#;])({_NAME_IN_ADDRESS}=)([^&#;\s>\"]+)", re.IGNORECASE)
_USER_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_IN_BODY = re.compile(rb"\"%s\"\s*:\s*\"((?:[^\"\\]|\\.){12,4096})\"" % _NAME.encode(), re.IGNORECASE)

# Which few answers have, so that the others need not be searched for all of these names, which takes much longer. The
# words come first: quotation marks are so many in a body that what ends with one takes three times as long to miss.
_WORDS_IN_BODY = (b"token", b"secret", b"key", b"passw", b"jwt", b"session")
_ENDS_IN_BODY = (
    b'token"',
    b'secret"',
    b'key"',
    b'passwd"',
    b'password"',
    b'jwt"',
    b'sessionid"',
    b'session_id"',
    b'session-id"',
)


def list_told_credentials(headers: httpx2.Headers, content: bytes) -> Iterator[str]:
    """Yield what an answer tells that opens something, unless it is too short to be told from a word."""
    for raw_name, raw_value in headers.raw:
        name = raw_name.lower()
        if name == b"set-cookie":
            cookie = raw_value.decode("latin-1").partition(";")[0]
            yield from _keep_long(cookie.partition("=")[2].strip().strip('"'))
        elif name in _RAW_ADDRESSES:
            yield from _list_in_address(raw_value.decode("latin-1"))
    lowered = content[:_MOST_READ].lower()
    for word in _WORDS_IN_BODY:  # in a loop, which takes half the time of any()
        if word in lowered:
            break
    else:
        return
    if any(end in lowered for end in _ENDS_IN_BODY):
        for value in _IN_BODY.findall(content, 0, _MOST_READ):
            yield value.decode("utf-8", "replace")


def _list_in_address(address: str) -> Iterator[str]:
    for found in _IN_ADDRESS.finditer(address):
        yield from _keep_long(found[2])
    for user in _USER_IN_ADDRESS.findall(address):
        yield from _keep_long(user.rpartition(":")[2])


def is_address(header: str) -> bool:
    """Tell whether a header of that name holds an address."""
    return header.lower() in _ADDRESSES


def mask_in_address(address: str, mask: str) -> str:
    """Return *address* without the tokens and the user that it names, however short they are."""
    return _USER_IN_ADDRESS.sub(mask, _IN_ADDRESS.sub(lambda found: f"{found[1]}{mask}", address))


def _keep_long(value: str) -> Iterator[str]:
    if len(value) >= _SHORTEST:
        yield value[:_LONGEST]
