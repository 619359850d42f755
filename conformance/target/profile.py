"""The target profile: where the server under judgement is, and what the judge may use there.

An API describes its own profile in ``conformance/apis/<api>/__init__.py``, with the models of this module::

    class Credentials(Model):
        user: Secret
        other_user: Secret | None = None       # what is missing is not tested

    class Fixtures(Model):
        fan_id: str

    class Profile(Target[Credentials, Fixtures]):
        triggers: Triggers = Triggers()         # further keys of this API

and the requirements read ``target.credentials.user.reveal()``. Beside them stands ``TEMPLATE``, the
commented profile to fill in, with a comment that begins "A run" and says what a run writes. Everything
under ``credentials`` arrives as a Secret; elsewhere ``${NAME}`` is plain text from the environment.
"""

from __future__ import annotations

import difflib
import importlib
import os
import re
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

import openapi
from conformance.http.evidence import escape_controls
from conformance.http.pacing import BUSY_STATUSES
from conformance.http.redaction import Redaction, is_sensitive_name
from conformance.suite import requirement
from conformance.suite.requirement import Requirement

if TYPE_CHECKING:
    from conformance.generation.cases import Case, Exam
    from conformance.http.client import Client
    from conformance.http.response import Response
    from conformance.suite.mode import Mode
    from conformance.suite.run import Run

COMMAND_WITHIN_S = 60
SILENT_FOR_S = 3  # longer than that, it is said that a command is waited for
_LONGEST_WORDS = 200
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class BadProfile(ValueError):
    """The profile cannot be used; one line per thing that is wrong: what, where, what to do."""


class Secret:
    """A credential. It shows as the ``$NAME`` of its environment variable and tells its value only to reveal.

    fetch: gets another value within so many seconds, where a command does; raises BadProfile if it cannot.
    """

    def __init__(self, value: str, name: str, fetch: Callable[[float], str] | None = None) -> None:
        self._value = value
        self._fetch = fetch
        self.name = name

    @property
    def is_renewable(self) -> bool:
        """Whether another value can be fetched."""
        return self._fetch is not None

    def reveal(self) -> str:
        """Return the credential itself, for a request."""
        return self._value

    def renew(self, within_s: float) -> str:
        """Fetch another value, reveal that from now on, and return it.

        Raises BadProfile if none comes.
        """
        if self._fetch:
            self._value = self._fetch(within_s)
        return self._value

    def __repr__(self) -> str:
        return f"${self.name}"


class Model(BaseModel):
    """A part of a profile: frozen, and an unknown key is refused naming the nearest known one."""

    model_config = ConfigDict(
        frozen=True, strict=True, arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        for key in given.keys() - cls.model_fields.keys():
            raise PydanticCustomError(
                "unknown_key", "{sentence}", {"sentence": _unknown(key, cls.model_fields)}
            )
        return given


def apart(one: str, other: str) -> Any:
    """Return a validator that wants two keys of a model to differ, if both are given."""

    def differ(model: Any) -> Any:
        values = [getattr(model, name) for name in (one, other)]
        shown = [value.reveal() if isinstance(value, Secret) else value for value in values]
        if shown[0] is not None and shown[0] == shown[1]:
            sentence = f"{other} is the same as {one}; name another one, or remove it"
            raise PydanticCustomError("same", "{sentence}", {"sentence": sentence})
        return model

    return model_validator(mode="after")(differ)


def _unknown(key: Any, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    return f"unknown key {str(key)!r}; {hint}"


class Patience(Model):
    """How long to wait for the target.

    timeout_s: for one whole exchange. retry_s: how long 429 and 503 are retried. rate_per_s: requests a
    second at the most. budget_s: for the whole run.
    """

    timeout_s: float = Field(default=10, gt=0, allow_inf_nan=False, strict=False)
    retry_s: float = Field(default=30, ge=0, allow_inf_nan=False, strict=False)
    rate_per_s: float | None = Field(default=None, gt=0, allow_inf_nan=False, strict=False)
    budget_s: float | None = Field(default=None, gt=0, allow_inf_nan=False, strict=False)


class Tls(Model):
    """How a secure connection is made; relative paths count from the profile's folder.

    ca: a PEM file of authorities that are trusted beside the usual ones. cert, key: PEM files of the certificate
    that we show, and of its key if that is not in the same file. verify: whether the target has to show who it is.
    """

    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    verify: bool = True

    @field_validator("ca", "cert", "key")
    @classmethod
    def _is_file(cls, given: str | None, info: ValidationInfo) -> str | None:
        if given is None:
            return None
        file = Path((info.context or {}).get("folder", "")) / Path(given).expanduser()
        try:
            file.open("rb").close()
        except OSError as error:
            raise _fault(f"{file}: cannot be read: {error.strerror}; name a PEM file") from None
        return str(file)

    @model_validator(mode="after")
    def _is_usable(self) -> Tls:
        self.context()
        return self

    def context(self) -> ssl.SSLContext:
        """Return what a connection is made with."""
        import httpx2

        context = httpx2.create_ssl_context(verify=self.verify)
        if self.key and not self.cert:
            raise _fault("key is given without cert; give both, or cert alone if the file holds both")
        try:
            if self.ca:
                context.load_verify_locations(self.ca)
        except ssl.SSLError:
            raise _fault(
                f"{self.ca}: holds no certificate; ca is a file of certificates in PEM form"
            ) from None
        try:
            if self.cert:
                # Without a password of our own OpenSSL would ask for one on the terminal.
                context.load_cert_chain(self.cert, self.key, password="")
        except ssl.SSLError as error:
            why = (error.reason or "").replace("_", " ").lower() or "they are not in PEM form"
            raise _fault(
                f"cert and key cannot be used: {why}; give a certificate and its key, unencrypted"
            ) from None
        return context


def _fault(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("fault", "{sentence}", {"sentence": sentence})


NO_PROXY = "none"
CredentialsT = TypeVar("CredentialsT")
FixturesT = TypeVar("FixturesT")


class Target(Model, Generic[CredentialsT, FixturesT]):
    """A whole profile; an API narrows it with its own credentials, fixtures and further keys.

    proxy: a URL, or "none" for no proxy; without it the environment is asked, but for this machine.
    """

    api: str
    base_url: str
    credentials: CredentialsT
    fixtures: FixturesT
    patience: Patience = Patience()
    tls: Tls | None = None
    proxy: str | None = None

    @field_validator("base_url")
    @classmethod
    def _is_base(cls, given: str) -> str:
        if sentence := _wrong_with_url(given):
            raise PydanticCustomError("base_url", "{sentence}", {"sentence": sentence})
        return given.rstrip("/")

    def requirements(self) -> list[Requirement]:
        """List what is asked of the target, in order."""
        return requirement.collect(self.api)

    def vocabulary(self, client: Client, run: Run) -> Any:
        """Make the words in which requirements speak to the target during *run*."""
        return importlib.import_module(f"conformance.apis.{self.api}").Driver(client, self, run)

    def draw(self, seed: int) -> Exam:
        """Draw the exam of *seed*."""
        from conformance.generation import cases as exam

        return exam.draw(self.api, seed)

    def shrink(self, case: Case, seed: int, is_wrong: Callable[[Case], bool]) -> None:
        """Look for smaller requests like *case*, of the exam of *seed*, that *is_wrong* is true of as well."""
        from conformance.generation import cases as exam

        exam.shrink(self.api, case, seed, is_wrong)

    def secrets(self) -> list[Secret]:
        """List the credentials that the profile gives."""
        model: Any = self.credentials
        given = (getattr(model, name) for name in type(model).model_fields)
        return [one for one in given if isinstance(one, Secret)]

    def left_out(self) -> list[str]:
        """Name the optional keys that the profile does not give."""
        parts: dict[str, Any] = {"credentials": self.credentials, "fixtures": self.fixtures}
        return [
            f"{part}.{name}"
            for part, model in parts.items()
            for name in type(model).model_fields
            if getattr(model, name) is None
        ]

    def what_a_run_writes(self) -> str:
        """Say what a run leaves behind on the target."""
        return what_a_run_writes(self.api)

    def opened(self, answer: Response, mode: Mode) -> str | None:
        """Say what *answer* to preflight shows; None if no target that can be judged answers so."""
        if mode.may_write:
            known = "reachable, main credential accepted, main fixtures known"
            return known if answer.ok and answer.is_json else None
        is_refusal = 400 <= answer.status < 500 and answer.status not in BUSY_STATUSES
        return "reachable, main credential not refused" if is_refusal and answer.is_json else None

    def document_sha256(self) -> str:
        """Return the digest of the document that the target is judged by."""
        return str(openapi.load_contract(self.api)["info"]["x-document"]["sha256"])

    @field_validator("proxy")
    @classmethod
    def _is_proxy(cls, given: str | None) -> str | None:
        if given is not None and given != NO_PROXY and not _is_proxy_url(given):
            raise _fault(
                "not an http or https URL; write http://proxy.example.com:3128, with a port up to 65535, or none "
                "for no proxy"
            )
        return given


def _is_proxy_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https") and bool(parts.hostname) and has_port and not re.search(r"\s", url)
    )


def _wrong_with_url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return "not a URL; write one like https://staging.example.com"
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        return "not an http or https URL; write one like https://staging.example.com"
    if parts.username or parts.password:
        return "holds a user name or password; remove it, requests carry only what stands under credentials"
    if parts.query or parts.fragment or re.search(r"[\s\x00-\x1f]", url):
        return "has a query, a fragment or a space; write the address that the API's paths are appended to"
    return None


AnyTarget = Target[Any, Any]


def read(profile: Path | Mapping[str, Any]) -> AnyTarget:
    """Read and check a profile, from a YAML file or as a mapping of the same shape.

    Raises BadProfile with a line for each thing that is wrong.
    """
    if not isinstance(profile, Path):
        return _checked(dict(profile), "profile", Path())
    document = load(profile, "a target profile")
    if not isinstance(document, dict):
        raise BadProfile(f"{profile}: is not a target profile; `conformance init API` prints one to fill in")
    return _checked(document, str(profile), profile.parent)


def load(file: Path, what: str) -> Any:
    """Read a YAML file that is to hold *what*.

    Raises BadProfile if it cannot be read or is not YAML.
    """
    try:
        return yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a SafeLoader
    except OSError as error:
        raise BadProfile(f"{file}: cannot be read: {error.strerror}; name {what}") from None
    except UnicodeDecodeError:
        raise BadProfile(f"{file}: is not UTF-8 text; name {what}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadProfile(f"{file}: is not YAML: {where(error)}") from None


class _Loader(yaml.SafeLoader):
    """Refuses a key that is given twice, of which otherwise the last would win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping of *node*, each key once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"duplicate key {key.value!r}", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def where(error: Exception) -> str:
    """Say what a reader of YAML stumbled over, and where."""
    mark = getattr(error, "problem_mark", None)
    place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or type(error).__name__}{place}"


def _checked(document: dict[Any, Any], name: str, folder: Path) -> AnyTarget:
    if "spec" in document:
        from conformance.contract import profile

        return profile.checked(document, name, folder)
    api = document.get("api")
    if not isinstance(api, str):
        there_are = ", ".join(openapi.api_names())
        raise BadProfile(
            f"{name}: api: name the API to judge against; there are {there_are}, or spec: FILE for any other"
        )
    try:
        model = profile_of(api)
    except openapi.UnknownApi as error:
        raise BadProfile(f"{name}: api: {error}") from None
    return validated(model, resolved(document, name, api), name, folder)


def resolved(document: dict[Any, Any], name: str, api: str) -> dict[Any, Any]:
    """Fill in what the profile called *name* takes from the environment and from commands.

    Raises BadProfile for what is not there.
    """
    return _Resolution(name, api).of(document)


def validated(model: type[AnyTarget], document: dict[Any, Any], name: str, folder: Path) -> AnyTarget:
    """Make the target of a resolved *document*.

    Raises BadProfile with a line for each thing that is wrong.
    """
    try:
        return model.model_validate(document, context={"folder": folder})
    except ValidationError as error:
        raise BadProfile("\n".join(f"{name}: {line(one)}" for one in error.errors())) from None


def profile_of(api: str) -> type[AnyTarget]:
    """Return the model of *api*'s profiles.

    Raises openapi.UnknownApi if there is no such API.
    """
    openapi.contract_path(api)
    module = importlib.import_module(f"conformance.apis.{api}")
    profile: type[AnyTarget] = module.Profile
    return profile


def template_of(api: str) -> str:
    """Return the commented profile to fill in for *api*.

    Raises openapi.UnknownApi if there is no such API.
    """
    openapi.contract_path(api)
    template: str = importlib.import_module(f"conformance.apis.{api}").TEMPLATE
    return template


def what_a_run_writes(api: str) -> str:
    """Return what the template of *api* says about it: its comment from the words "A run" on."""
    for comment in re.findall(r"(?:^#.*\n)+", template_of(api), re.MULTILINE):
        _, found, rest = " ".join(re.sub(r"^#", "", comment, flags=re.MULTILINE).split()).partition("A run ")
        if found:
            return found + str(rest)
    raise LookupError(f"conformance/apis/{api}: no comment of TEMPLATE begins with 'A run'")


def line(error: ErrorDetails) -> str:
    """Say what is wrong with one key of a model: where, what, what to do."""
    at = ".".join(str(part) for part in error["loc"])
    kind, given = error["type"], error.get("input")
    if kind == "missing":
        return f"{at}: is missing; add it"
    if kind == "string_type" and isinstance(given, bool | int | float):
        return f"{at}: is not text; put it in quotes"
    if kind in ("float_type", "float_parsing"):
        return f"{at}: is not a number; write it without a unit, like 10"
    if kind == "is_instance_of":
        return f"{at}: is not a credential; write the text, ${{ENV_NAME}} or {{command: [...]}}"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{at}: is not a mapping; `conformance init` shows what stands there"
    message = error["msg"]
    return f"{at}: {message[0].lower()}{message[1:]}" if at else message


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line that a command complained with, without what may be a credential."""
    redaction = Redaction()
    for name, value in os.environ.items():
        if is_sensitive_name(name):
            redaction.conceal(value, name)
    redaction.conceal(done.stdout.strip(), "PRINTED")
    lines = done.stderr.strip().splitlines()
    return f": {escape_controls(redaction(lines[-1].strip()))[:_LONGEST_WORDS]}" if lines else ""


class _Resolution:
    """Fills in what a profile takes from the environment and from commands."""

    def __init__(self, name: str, api: str) -> None:
        self._name = name
        self._api = api

    def of(self, document: dict[Any, Any]) -> dict[Any, Any]:
        resolved = {
            key: self._plain(value, str(key)) for key, value in document.items() if key != "credentials"
        }
        if "credentials" in document:
            credentials = document["credentials"]
            if isinstance(credentials, dict):
                credentials = {key: self._credential(value, str(key)) for key, value in credentials.items()}
            resolved["credentials"] = credentials
        return resolved

    def _plain(self, value: Any, at: str) -> Any:
        if isinstance(value, dict):
            return {key: self._plain(item, f"{at}.{key}") for key, item in value.items()}
        if isinstance(value, list):
            return [self._plain(item, f"{at}.{index}") for index, item in enumerate(value)]
        return self._filled(value, at) if isinstance(value, str) else value

    def _credential(self, value: Any, key: str) -> Any:
        at = f"credentials.{key}"
        variable = re.sub(r"\W", "_", f"{self._api}_{key}", flags=re.ASCII).upper()
        if isinstance(value, Secret):
            return value
        if isinstance(value, dict) and set(value) == {"command"}:

            def fetch(within_s: float = COMMAND_WITHIN_S) -> str:
                return self._credible(self._printed(value["command"], at, within_s), at)

            return Secret(fetch(), variable, fetch)
        if not isinstance(value, str):
            return value
        whole = _VARIABLE.fullmatch(value)
        return Secret(self._credible(self._filled(value, at), at), whole[1] if whole else variable)

    def _credible(self, value: str, at: str) -> str:
        if not value:
            raise BadProfile(
                f"{self._name}: {at}: is empty; give the credential, or remove the key where it is optional"
            )
        if not re.fullmatch(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*", value):
            raise BadProfile(
                f"{self._name}: {at}: holds a character that no HTTP header can carry; "
                "give the credential alone, without line breaks"
            )
        return value

    def _filled(self, text: str, at: str) -> str:
        def value(match: re.Match[str]) -> str:
            found = os.environ.get(match[1])
            if not found:
                state = "is empty" if found == "" else "is not set"
                raise BadProfile(
                    f"{self._name}: {at}: the environment variable {match[1]} {state}; "
                    "export it, or remove the key where it is optional"
                )
            return found

        return _VARIABLE.sub(value, text)

    def _printed(self, command: Any, at: str, within_s: float) -> str:
        if not isinstance(command, list) or not command or not all(isinstance(word, str) for word in command):
            raise BadProfile(f"{self._name}: {at}: command is not a list of words; write [program, argument]")
        waiting = f"{self._name}: {at}: waiting for the command {command[0]!r}, {within_s:.0f} s at the most"
        timer = threading.Timer(SILENT_FOR_S, lambda: sys.stderr.write(f"conformance: {waiting}\n"))
        timer.daemon = True
        timer.start()
        try:
            done = subprocess.run(  # noqa: S603  the profile's own command
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=within_s,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
        except subprocess.TimeoutExpired:
            reason = f"still running after {within_s:.0f} s"
        else:
            if done.returncode == 0:
                return done.stdout.strip()
            reason = f"exit status {done.returncode}{_last_words(done)}"
        finally:
            timer.cancel()
        raise BadProfile(f"{self._name}: {at}: the command {command[0]!r} failed: {reason}")
