"""A command of a profile as a line for a shell, for those who repeat requests by hand."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from conformance.http.redaction import Redaction, is_sensitive_name, mask_unknown_credentials

_SHORTEST_CREDENTIAL = 8  # a desktop has XDG_SESSION_CLASS=user and the like
# Options and members that name a credential and give it, unless from a variable; and a user with a password.
_GIVES_CREDENTIAL = re.compile(
    r"[\w-]*(?:auth|cookie|token|key|secret|session|credential|passw)[\w-]*[\"']*[=:]\s*[\"']*[^\s$\"']"
    r"|-[\w-]*(?:auth|cookie|token|key|secret|session|credential|passw)[\w-]*\s+[\"']*[^\s$\"'-]"
    r"|-u\s+\S+:|//[^/\s]+:[^/\s]+@",
    re.IGNORECASE,
)


def render_shell_command(words: Sequence[str], folder: Path, printed: str) -> str | None:
    """Return the line that runs a command in *folder*; None if it may tell a credential, such as what it *printed*."""
    line = shlex.join(words)
    redaction = conceal_environment()
    redaction.conceal(printed)
    if mask_unknown_credentials(redaction(line)) != line or _GIVES_CREDENTIAL.search(line):
        return None
    return line if folder == Path() else f"cd {shlex.quote(str(folder))} && {line}"


def conceal_environment() -> Redaction:
    """Return a redaction that knows the credentials of the environment, as far as their names tell."""
    redaction = Redaction()
    for name, value in os.environ.items():
        if is_sensitive_name(name) and len(value) >= _SHORTEST_CREDENTIAL:
            redaction.conceal(value, name)
    return redaction
