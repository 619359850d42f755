"""Settings from ``mockserver.toml``; flags and ``MOCKSERVER_*`` variables win over it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from mockserver.http.problems import CannotStart, nearest

DEFAULT = Path("mockserver.toml")
PREFIX = "MOCKSERVER_"
# Variables that are no flags: what `mockserver run` tells its command, the file of settings, and secrets.
_OTHERS = ("URL", "TOKEN", "API_KEY", "CONFIG", "JWT_SECRET", "JWKS")
# Kubernetes sets these for a service of that name, meant for nobody in particular.
_KUBERNETES = re.compile(r"SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_\w+")

Kind = Literal["flag", "integer", "number", "text", "list"]


def read(file: Path, known: Mapping[str, Kind]) -> dict[str, Any]:
    """Read the settings in *file*; *known* are their names, as the flags without dashes, and what each takes.

    Raises CannotStart if it cannot be read, is not TOML, has a key that is not known, or a value of another type.
    """
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotStart(f"{file}: not TOML: {error}") from None
    found = {}
    for key, value in settings.items():
        name = key.replace("-", "_")
        if name not in known:
            raise CannotStart(f"{file}: {key} is not a setting; {nearest(name, sorted(known))}")
        fits, meant = _KINDS[known[name]]
        if not fits(value):
            raise CannotStart(f"{file}: {key} is {value!r}; it must be {meant}")
        found[name] = value
    return found


def check(environment: Iterable[str], known: Iterable[str]) -> None:
    """Look for variables that are meant for the stub and mean nothing to it; *known* are the settings' names.

    Raises CannotStart naming the nearest.
    """
    names = sorted([*(name.upper() for name in known), *_OTHERS])
    for variable in environment:
        name = variable.removeprefix(PREFIX)
        if name != variable and name not in names and not _KUBERNETES.fullmatch(name):
            raise CannotStart(f"{variable} in the environment is not a setting; {nearest(name, names)}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_KINDS: Mapping[Kind, tuple[Callable[[Any], bool], str]] = {
    "flag": (lambda value: isinstance(value, bool), "true or false"),
    "integer": (lambda value: _is_number(value) and isinstance(value, int), "a whole number"),
    "number": (_is_number, "a number"),
    "text": (lambda value: isinstance(value, str), "text in quotes"),
    "list": (
        lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
        'a list of texts, such as ["one", "two"]',
    ),
}
