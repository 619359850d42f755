"""Where public keys come from: a file or a URL of this machine, read again when a token needs another key."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from mockserver.auth.jwk_set import PublicKey, parse_jwk_set
from mockserver.http.problems import CannotStart

VARIABLE = "MOCKSERVER_JWKS"
_ADVICE = "name a file with a JWKS, or a loopback URL of one"
_LONGEST_WAIT_S = 1
_MOST_BYTES = 1024 * 1024
_ERROR_NUMBER = re.compile(r"^\[Errno -?\d+\] ")


class KeySource(ABC):
    """A place with public keys.

    name: what it is called in messages. keys: those it had when it was read last. trouble: the rest of a sentence that
    begins with its name, on why it could not be read; None where it could.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.keys: Sequence[PublicKey] = ()
        self.trouble: str | None = None
        self._content: bytes | None = None
        self._reads = 0
        self._lock = asyncio.Lock()

    async def refresh(self) -> bool:
        """Read the keys again, and tell whether they changed; where they cannot be read, the old ones stay.

        Calls that wait for the same keys share one reading.
        """
        reads = self._reads
        async with self._lock:
            if self._reads != reads:
                return False
            try:
                return self._take_keys(await self.read_content())
            except (OSError, ValueError) as error:
                self.trouble = str(error)
                return False
            finally:
                self._reads += 1

    @abstractmethod
    async def read_content(self) -> bytes:
        """Read the set; raises OSError or ValueError with the rest of a sentence that begins with the name."""

    def _take_keys(self, content: bytes) -> bool:
        """Take over the keys in *content*, and tell whether they are others than before."""
        is_new = content != self._content
        if is_new:
            self.keys = parse_jwk_set(content)
            self._content = content
        self.trouble = None
        return is_new


class KeyFile(KeySource):
    """The keys in a file.

    Raises CannotStart for a file that cannot be read, or that is no JWKS.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(str(file))
        self._file = file
        try:
            self._take_keys(self._read_file())
        except (OSError, ValueError) as error:
            raise CannotStart(f"{VARIABLE}: {file} {error}; {_ADVICE}") from None

    async def read_content(self) -> bytes:
        """Read the file; a pipe, which can be read only once, keeps what it said."""
        is_pipe = self._file.exists() and not self._file.is_file()
        return self._content or b"" if is_pipe else self._read_file()

    def _read_file(self) -> bytes:
        try:
            return self._file.read_bytes()
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror or error}") from None


class KeyUrl(KeySource):
    """The keys that a server of this machine hands out; it is not asked before a token needs them."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._url = url

    async def read_content(self) -> bytes:
        """Ask for the set in a thread, so that other calls are answered meanwhile."""
        return await asyncio.to_thread(_fetch_content, self._url)


def _fetch_content(url: str) -> bytes:
    """Fetch what *url* answers within a second; raises ValueError with the rest of a sentence that begins with it."""
    # Imported here, since it takes a while and most stubs never need it.
    import httpx2

    content = b""
    try:
        # No proxy stands between us and our own machine, and a local stack signs its certificate itself.
        with httpx2.Client(trust_env=False, verify=False, timeout=_LONGEST_WAIT_S) as client:
            ends_s = time.monotonic() + _LONGEST_WAIT_S
            with client.stream("GET", url) as response:
                if response.status_code != httpx2.codes.OK:
                    raise ValueError(f"answered {response.status_code}")
                for part in response.iter_bytes():
                    content += part
                    if len(content) > _MOST_BYTES:
                        raise ValueError(f"answered more than {_MOST_BYTES} bytes")
                    if time.monotonic() > ends_s:
                        raise httpx2.ReadTimeout("")
    except httpx2.TimeoutException:
        raise ValueError(f"did not answer within {_LONGEST_WAIT_S} s") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ValueError(f"cannot be reached: {_ERROR_NUMBER.sub('', str(error))}") from None
    return content


def read_named_source() -> KeySource | None:
    """Make the source that ``MOCKSERVER_JWKS`` names, a file or a URL of this machine; None if it is not set.

    Raises CannotStart for a file that cannot be read or holds no keys, and for a URL of another machine.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return None
    if not name.lower().startswith(("http://", "https://")):
        return KeyFile(Path(name))
    try:
        is_on_this_machine = _is_loopback(urlsplit(name).hostname or "")
    except ValueError:
        is_on_this_machine = False
    if not is_on_this_machine:
        raise CannotStart(f"{VARIABLE}: {name} is not on this machine; {_ADVICE}")
    return KeyUrl(name)


def _is_loopback(host: str) -> bool:
    """Tell whether *host* is this machine without asking anybody: a name that resolves may mean another one later."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
