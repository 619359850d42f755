"""A command of a profile as a line for a shell, for those who repeat requests by hand."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from conformance.http.redaction import Redaction, is_sensitive_name, mask_unknown_credentials

_SHORTEST_CREDENTIAL = 8  # a desktop has XDG_SESSION_CLASS=user and the like
# A credential takes any form, so that only what can be none is let through.
_HARMLESS = re.compile(
    r"--(?!\S*(?:pass|pwd|secret|token|key))[a-z]+(?:-[a-z]+)*|(?:\$[A-Z_]\w*|\$\{[A-Z_]\w*\})+"
)


def render_shell_command(words: Sequence[str], folder: Path, printed: str) -> str | None:
    """Return the line that runs a command in *folder*; None if it may tell a credential, such as what it *printed*.

    Told are files that are there, options without a value, and variables; everything else may be a password.
    """
    line = shlex.join(words)
    redaction = conceal_environment()
    redaction.conceal(printed)
    if mask_unknown_credentials(redaction(line)) != line:
        return None
    if not all(_HARMLESS.fullmatch(word) or _is_there(folder / word) for word in words[1:]):
        return None
    return line if folder == Path() else f"cd {shlex.quote(str(folder))} && {line}"


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except (OSError, ValueError):  # such as a name that is too long for one
        return False


def conceal_environment() -> Redaction:
    """Return a redaction that knows the credentials of the environment, as far as their names tell."""
    redaction = Redaction()
    for name, value in os.environ.items():
        if is_sensitive_name(name) and len(value) >= _SHORTEST_CREDENTIAL:
            redaction.conceal(value, name)
    return redaction
