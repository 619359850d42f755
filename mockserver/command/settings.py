"""The settings of a run: flags win over ``MOCKSERVER_*`` variables, and those over ``mockserver.toml``."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from mockserver.http.problems import CannotStart, suggest_nearest
from openapi.text_file import NotUtf8, read_utf_8

DEFAULT_FILE = Path("mockserver.toml")
PREFIX = "MOCKSERVER_"
# Variables that are no flags: what `mockserver run` sets for its command, the file of settings, and secrets.
_OTHER_VARIABLES = ("URL", "TOKEN", "API_KEY", "CONFIG", "JWT_SECRET", "JWKS")
# Kubernetes sets these for a service of that name; they are not meant for the stub.
_KUBERNETES = re.compile(r"SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_\w+")

Kind = Literal["flag", "integer", "number", "text", "list", "files"]


class Auth(StrEnum):
    """How credentials are checked."""

    strict = "strict"
    shape = "shape"
    off = "off"


class LogLevel(StrEnum):
    """Which calls are shown: none, those that went wrong, all, or also those that are no calls of an API."""

    error = "error"
    warning = "warning"
    info = "info"
    debug = "debug"


@dataclass
class Settings:
    """The settings that flags, environment and file add up to; each is named as its flag, without dashes."""

    api: list[str]
    spec: list[Path]
    watch: bool | None
    state_by_path: bool
    items: Path | None
    host: str
    port: int
    seed: int
    fixtures: Path | None
    choices: list[Path]
    choose: list[str]
    like: list[Path]
    state: Path | None
    store: str | None
    store_prefix: str
    workers: int
    auth: Auth
    verify_hmac: bool
    strict_sessions: bool
    session_ttl: float
    max_sessions: int
    journal: int
    journal_memory: int
    max_body: int
    allow_host: list[str]
    admin_token: str | None
    ready_file: Path | None
    quiet: bool
    verbose: bool
    log_level: LogLevel | None
    log_file: Path | None
    metrics: bool
    otel: bool


def read_settings(file: Path) -> dict[str, Any]:
    """Read the settings in *file*.

    Raises CannotStart if it cannot be read, is not TOML, has an unknown key, or a value of the wrong type.
    """
    try:
        text = read_utf_8(file)
        settings = tomllib.loads(text)
    except OSError as error:
        raise CannotStart(f"{file}: cannot be read: {error.strerror}") from None
    except NotUtf8 as error:
        raise CannotStart(f"{file}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise CannotStart(f"{file}: not TOML: {error}") from None
    kinds = _setting_kinds()
    found = {}
    for key, value in settings.items():
        name = key.replace("-", "_")
        if name not in kinds:
            raise CannotStart(
                f"{_locate_key(file, text, key)}: {key} is not a setting; {suggest_nearest(name, sorted(kinds))}"
            )
        is_of_kind, kind = _KINDS[kinds[name]]
        if not is_of_kind(value):
            shown = json.dumps(value, ensure_ascii=False, default=str)
            raise CannotStart(f"{_locate_key(file, text, key)}: {key} is {shown}; it must be {kind}")
        found[name] = [value] if kinds[name] == "files" and isinstance(value, str) else value
    return found


def _locate_key(file: Path, text: str, key: str) -> str:
    """Write the file and the line on which *key*, or a table of that name, is first written."""
    begin = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
    lines = (number for number, line in enumerate(text.splitlines(), 1) if begin.match(line))
    number = next(lines, None)
    return f"{file}:{number}" if number else str(file)


def check_environment(variables: Iterable[str]) -> None:
    """Raise CannotStart for a variable with our prefix that is not a setting: it would have no effect."""
    names = sorted([*(name.upper() for name in _setting_kinds()), *_OTHER_VARIABLES])
    for variable in variables:
        name = variable.removeprefix(PREFIX)
        if name != variable and name not in names and not _KUBERNETES.fullmatch(name):
            raise CannotStart(
                f"{variable} in the environment is not a setting; {suggest_nearest(name, names)}"
            )


def _setting_kinds() -> dict[str, Kind]:
    return {name: _find_kind(annotation) for name, annotation in get_type_hints(Settings).items()}


def _find_kind(annotation: Any) -> Kind:
    if get_origin(annotation) is list:
        return "files" if get_args(annotation) == (Path,) else "list"
    kinds: dict[Any, Kind] = {bool: "flag", bool | None: "flag", int: "integer", float: "number"}
    return kinds.get(annotation, "text")


def _is_number(value: Any) -> bool:
    # In Python true is a number too.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_KINDS: Mapping[Kind, tuple[Callable[[Any], bool], str]] = {
    "flag": (lambda value: isinstance(value, bool), "true or false"),
    "integer": (lambda value: _is_number(value) and isinstance(value, int), "a whole number"),
    "number": (_is_number, "a number"),
    "text": (lambda value: isinstance(value, str), "text in quotes"),
    "list": (_is_list, 'a list of texts, such as ["one", "two"]'),
    "files": (
        lambda value: isinstance(value, str) or _is_list(value),
        'a file in quotes, or a list of them, such as ["one", "two"]',
    ),
}
