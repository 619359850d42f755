"""A credential, which shows as the name of its environment variable and reveals its value only on request."""

from __future__ import annotations

from collections.abc import Callable

COMMAND_WITHIN_S = 60  # what a command that prints a credential may take


class CannotFetch(Exception):
    """No other value of a credential comes; the message says why."""


class Secret:
    """A credential. It shows as the ``$NAME`` of its environment variable.

    fetch: gets another value within so many seconds, where a command does; raises CannotFetch if it cannot.
    key: where it stands in the profile, such as ``credentials.user``. shell: a line for a shell that prints it, if a
    command does and the line tells no credential.
    """

    def __init__(
        self,
        value: str,
        name: str,
        fetch: Callable[[float], str] | None = None,
        key: str = "",
        shell: str | None = None,
    ) -> None:
        self._value = value
        self._fetch = fetch
        self.name = name
        self.key = key or f"${name}"
        self.shell = shell

    @property
    def is_renewable(self) -> bool:
        """Whether another value can be fetched."""
        return self._fetch is not None

    def reveal(self) -> str:
        """Return the credential itself, for a request."""
        return self._value

    def renew(self, within_s: float) -> str:
        """Fetch another value, reveal that from now on, and return it.

        Raises CannotFetch if none comes.
        """
        if self._fetch:
            self._value = self._fetch(within_s)
        return self._value

    def __repr__(self) -> str:
        return f"${self.name}"
