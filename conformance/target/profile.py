"""The target profile: where the server under judgement is, and what the judge may use there.

An API describes its own profile in ``conformance/apis/<api>/profile.py``::

    class Credentials(Model):
        user: Secret
        other_user: Secret | None = None       # what is missing is not tested

    class Fixtures(Model):
        fan_id: str

    class Profile(TargetProfile[Credentials, Fixtures]):
        triggers: Triggers = Triggers()         # further keys of this API

and the requirements read ``target.credentials.user.reveal()``. Beside them stand ``WHAT_A_RUN_WRITES``, a sentence,
and ``TEMPLATE``, the commented profile to fill in. Everything under ``credentials`` arrives as a Secret;
elsewhere ``${NAME}`` is plain text from the environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator

from conformance.http.connection import NO_PROXY, is_proxy_url
from conformance.http.credentials.secret import Secret
from conformance.target.model import BadProfile, Model, describe_error, profile_error
from conformance.target.tls import Tls

_TEMPLATE_HOST = "your-server.example.com"  # names nobody's, so that a profile not filled in writes nowhere
CredentialsT = TypeVar("CredentialsT")
FixturesT = TypeVar("FixturesT")

LONGEST_NAME = 60
Label = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f]+$")]


def fill_in_address(template: str, base_url: str) -> str:
    """Write *base_url* into the template of a profile; one without a path gets the path that stands there."""

    def write(match: re.Match[str]) -> str:
        is_bare = "$" not in base_url and urlsplit(base_url).path in ("", "/")
        return f"base_url: {base_url.rstrip('/')}{match[1]}" if is_bare else f"base_url: {base_url}"

    return re.sub(
        rf"^base_url: https://{re.escape(_TEMPLATE_HOST)}(\S*)", write, template, flags=re.MULTILINE
    )


class Patience(Model):
    """How long to wait for the target.

    timeout_s: for one whole exchange. retry_s: how long 429 and 503 are retried. read_lag_s: how long a write may take
    until it is read. rate_per_s: requests a second at the most. budget_s: for the whole run.
    """

    timeout_s: float = Field(default=10, gt=0, allow_inf_nan=False, strict=False)
    retry_s: float = Field(default=30, ge=0, allow_inf_nan=False, strict=False)
    read_lag_s: float = Field(default=3, ge=0, allow_inf_nan=False, strict=False)
    rate_per_s: float | None = Field(default=None, gt=0, allow_inf_nan=False, strict=False)
    budget_s: float | None = Field(default=None, gt=0, allow_inf_nan=False, strict=False)


class TargetProfile(Model, Generic[CredentialsT, FixturesT]):
    """A whole profile; an API narrows it with its own credentials, fixtures and further keys.

    name, version: what reports call the target, so that those of two environments or releases are told apart. proxy: a
    URL, or "none" for no proxy; without it the environment is asked, but for this machine. has_own_contract: whether it
    names an OpenAPI file to be judged by, and no API.
    """

    has_own_contract: ClassVar[bool] = False

    api: str
    base_url: str
    name: Label | None = None
    version: Label | None = None
    credentials: CredentialsT
    fixtures: FixturesT
    patience: Patience = Patience()
    tls: Tls | None = None
    proxy: str | None = None

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, given: str) -> str:
        if sentence := _describe_bad_url(given):
            raise profile_error(sentence)
        return given.rstrip("/")

    @field_validator("proxy")
    @classmethod
    def _check_proxy(cls, given: str | None) -> str | None:
        if given is not None and given != NO_PROXY and not is_proxy_url(given):
            raise profile_error(
                "not an http or https URL; write http://proxy.example.com:3128, with a port up to 65535, or none "
                "for no proxy"
            )
        return given

    def secrets(self) -> list[Secret]:
        """List the credentials that the profile gives."""
        model: Any = self.credentials
        given = (getattr(model, name) for name in type(model).model_fields)
        return [one for one in given if isinstance(one, Secret)]

    def lasting_secrets(self) -> list[Secret]:
        """List those of them that have to be valid for the whole of a run."""
        return self.secrets()

    def trigger_headers(self) -> Mapping[str, str]:
        """Return the headers that make this target, and no other server, answer in another way."""
        return {}

    def missing_keys(self) -> list[str]:
        """Name the optional keys that the profile does not give."""
        parts: dict[str, Any] = {"credentials": self.credentials, "fixtures": self.fixtures}
        return [
            f"{part}.{name}"
            for part, model in parts.items()
            for name in type(model).model_fields
            if getattr(model, name) is None
        ]


AnyTarget = TargetProfile[Any, Any]
ProfileT = TypeVar("ProfileT", bound=AnyTarget)


def make_profile(model: type[ProfileT], document: Mapping[Any, Any], name: str, folder: Path) -> ProfileT:
    """Make the profile called *name* of a resolved *document*; paths in it count from *folder*.

    Raises BadProfile with a line for each thing that is wrong.
    """
    try:
        return model.model_validate(document, context={"folder": folder})
    except ValidationError as error:
        raise BadProfile("\n".join(f"{name}: {describe_error(one)}" for one in error.errors())) from None


def move_profile(profile: ProfileT, base_url: str, name: str) -> ProfileT:
    """Return *profile* with its credentials and fixtures for another address, which an option of that *name* gives.

    How the first is reached, and how often it may be asked, is left out.

    Raises BadProfile if it is no address.
    """
    if sentence := _describe_bad_url(base_url):
        raise BadProfile(f"{name} {base_url}: {sentence}")
    patience = profile.patience.model_copy(update={"rate_per_s": None})
    changes = {
        "base_url": base_url.rstrip("/"),
        "name": None,
        "tls": None,
        "proxy": None,
        "patience": patience,
    }
    return profile.model_copy(update=changes)


def _describe_bad_url(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        has_possible_port = parts.port is None or parts.port > 0
    except ValueError:
        return "not a URL; write one like https://staging.example.com"
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_possible_port:
        return "not an http or https URL; write one like https://staging.example.com"
    if parts.hostname == _TEMPLATE_HOST:
        return "is still the template's; write the address of the server to judge"
    if parts.username or parts.password:
        return "holds a user name or password; remove it, requests carry only what stands under credentials"
    if parts.query or parts.fragment or re.search(r"[\s\x00-\x1f]", url):
        return "has a query, a fragment or a space; write the address that the API's paths are appended to"
    return None
