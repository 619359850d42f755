"""What a profile takes from elsewhere: ``${NAME}`` from the environment, credentials from commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conformance.http.credentials.secret import COMMAND_WITHIN_S, CannotFetch, Secret
from conformance.http.redaction import mask_unknown_credentials
from conformance.target.model import BadProfile
from conformance.target.shell import conceal_environment, render_shell_command

SILENT_FOR_S = 3  # longer than that, it is said that a command is waited for
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LONGEST_COMPLAINT = 200
_BEARER = re.compile(r"(?:authorization:\s*)?bearer\s+(?=\S)", re.IGNORECASE)


_IN_HEADER = r"[\x21-\x7e]+(?: [\x21-\x7e]+)*"
_IN_BASE64 = r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+"


def resolve_profile(
    document: Mapping[Any, Any],
    name: str,
    api: str,
    folder: Path,
    is_bearer: Callable[[str], bool],
    is_basic: Callable[[str], bool] = lambda _: False,
) -> dict[Any, Any]:
    """Fill in what the profile called *name* takes from the environment and from commands.

    Everything under ``credentials`` becomes a Secret. folder: where commands run. is_bearer: tells of a credential's
    key whether it is sent after the word Bearer. is_basic: likewise, whether it is sent in Base64, which
    carries any text.
    Raises BadProfile for what is not there.
    """
    return _Resolution(name, api, folder, is_bearer, is_basic).resolve(document)


class _Resolution:
    def __init__(
        self,
        name: str,
        api: str,
        folder: Path,
        is_bearer: Callable[[str], bool],
        is_basic: Callable[[str], bool],
    ) -> None:
        self._name = name
        self._api = api
        self._folder = folder
        self._is_bearer = is_bearer
        self._is_basic = is_basic

    def resolve(self, document: Mapping[Any, Any]) -> dict[Any, Any]:
        resolved = {
            key: self._fill_in(value, str(key)) for key, value in document.items() if key != "credentials"
        }
        if "credentials" in document:
            credentials = document["credentials"]
            if isinstance(credentials, dict):
                credentials = {key: self._make_secret(value, str(key)) for key, value in credentials.items()}
            resolved["credentials"] = credentials
        return resolved

    def _fill_in(self, value: Any, at: str) -> Any:
        if isinstance(value, dict):
            return {key: self._fill_in(item, f"{at}.{key}") for key, item in value.items()}
        if isinstance(value, list):
            return [self._fill_in(item, f"{at}.{index}") for index, item in enumerate(value)]
        return self._fill_in_text(value, at) if isinstance(value, str) else value

    def _fill_in_text(self, text: str, at: str) -> str:
        def look_up(match: re.Match[str]) -> str:
            found = os.environ.get(match[1])
            if not found:
                state = "is empty" if found == "" else "is not set"
                raise BadProfile(
                    f"{self._name}: {at}: the environment variable {match[1]} {state}; "
                    "export it, or remove the key where it is optional"
                )
            return found

        return VARIABLE.sub(look_up, text)

    def _make_secret(self, value: Any, key: str) -> Any:
        at = f"credentials.{key}"
        variable = re.sub(r"\W", "_", f"{self._api}_{key}", flags=re.ASCII).upper()
        if isinstance(value, Secret):
            return value
        if isinstance(value, dict) and set(value) == {"command"}:

            def read_token(printed: str) -> str:
                # Many tools print the whole header; no bearer token has a space in it.
                token = _BEARER.sub("", printed, count=1) if self._is_bearer(key) else printed
                return self._check_credential(token, key)

            def fetch(within_s: float) -> str:
                try:
                    return read_token(self._run_command(value["command"], at, within_s))
                except BadProfile as error:
                    raise CannotFetch(str(error)) from None

            printed = self._run_command(value["command"], at, COMMAND_WITHIN_S)
            token = read_token(printed)
            shell = render_shell_command(value["command"], self._folder, token)
            if shell and token != printed:
                shell += " | sed 's/^.*[Bb]earer *//'"
            return Secret(token, variable, fetch, at, shell)
        if not isinstance(value, str):
            return value
        whole = VARIABLE.fullmatch(value)
        credential = self._check_credential(self._fill_in_text(value, at), key)
        # Understood like what a command prints, it would stand twice in curl lines, which take it from the environment.
        if self._is_bearer(key) and _BEARER.match(credential):
            raise BadProfile(
                f"{self._name}: {at}: begins with the word Bearer, which is sent anyway; give what follows it"
            )
        return Secret(credential, whole[1] if whole else variable, key=at)

    def _check_credential(self, value: str, key: str) -> str:
        at = f"credentials.{key}"
        if not value:
            raise BadProfile(
                f"{self._name}: {at}: is empty; give the credential, or remove the key where it is optional"
            )
        if not re.fullmatch(_IN_BASE64 if self._is_basic(key) else _IN_HEADER, value):
            raise BadProfile(
                f"{self._name}: {at}: holds a character that no HTTP header can carry; "
                "give the credential alone, without line breaks"
            )
        return value

    def _run_command(self, command: Any, at: str, within_s: float) -> str:
        """Return what a command prints."""
        if not isinstance(command, list) or not command or not all(isinstance(word, str) for word in command):
            raise BadProfile(f"{self._name}: {at}: command is not a list of words; write [program, argument]")
        waiting = f"{self._name}: {at}: waiting for the command {command[0]!r}, {within_s:.0f} s at the most"
        timer = threading.Timer(SILENT_FOR_S, lambda: sys.stderr.write(f"conformance: {waiting}\n"))
        timer.daemon = True  # an interrupt must not wait for it
        timer.start()
        try:
            done = subprocess.run(  # noqa: S603  the profile's own command
                command,
                cwd=self._folder,  # the same whoever runs us, and as tls and spec count
                capture_output=True,
                text=True,
                errors="replace",
                timeout=within_s,
                stdin=subprocess.DEVNULL,  # nobody is there to be asked for a password
            )
        except (OSError, ValueError) as error:
            where = f"; it is run in the profile's folder, {self._folder.resolve()}"
            reason = (getattr(error, "strerror", None) or type(error).__name__) + where
        except subprocess.TimeoutExpired:
            reason = f"still running after {within_s:.0f} s"
        else:
            if done.returncode == 0:
                return done.stdout.strip()
            reason = f"exit status {done.returncode}{_last_complaint(done)}"
        finally:
            timer.cancel()
        raise BadProfile(f"{self._name}: {at}: the command {command[0]!r} failed: {reason}")


def _last_complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line that a command complained with, without what may be a credential."""
    redaction = conceal_environment()
    redaction.conceal(done.stdout.strip(), "PRINTED")  # it may have printed half a token before it failed
    lines = done.stderr.strip().splitlines()
    if not lines:
        return ""
    return f": {redaction.show_line(mask_unknown_credentials(redaction(lines[-1])), _LONGEST_COMPLAINT)}"
