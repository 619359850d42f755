"""The profile of a target that is judged by an OpenAPI file alone."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, InstanceOf

from conformance.contract.reading import Contract, Operation, read_contract
from conformance.contract.selection import describe_unknown, matches_any
from conformance.http.credentials.secret import Secret
from conformance.target.model import BadProfile
from conformance.target.profile import TargetProfile, make_profile
from conformance.target.resolution import resolve_profile


class ContractProfile(TargetProfile[dict[str, Secret], dict[str, Any]]):
    """A whole profile: *credentials* by security scheme, *fixtures* by parameter or by place in the body.

    operations, include: what selects those that may be sent to, which both have to. exclude: what selects others.
    deletes: whether DELETE may be sent at all.
    """

    has_own_contract: ClassVar[bool] = True

    spec: InstanceOf[Contract]
    credentials: dict[str, Secret] = Field(default_factory=dict)
    fixtures: dict[str, Any] = Field(default_factory=dict)
    operations: list[str] = Field(default_factory=lambda: ["*"])
    include: list[str] = Field(default_factory=lambda: ["*"])
    exclude: list[str] = Field(default_factory=list)
    deletes: bool = False

    def selected_operations(self) -> list[Operation]:
        """List the operations that the profile selects."""
        return [
            one
            for one in self.spec.operations
            if matches_any(one, self.operations)
            and matches_any(one, self.include)
            and not matches_any(one, self.exclude)
        ]

    def sendable_operations(self) -> tuple[Operation, ...]:
        """List the operations that requests are generated for."""
        return tuple(one for one in self.selected_operations() if self.may_send(one))

    def may_send(self, operation: Operation) -> bool:
        """Tell whether requests to *operation* may be sent."""
        return self.deletes or operation.method != "DELETE"

    def secrets(self) -> list[Secret]:
        """List the credentials that the profile gives."""
        return list(self.credentials.values())

    def missing_keys(self) -> list[str]:
        """Name the security schemes that the profile has no credential for."""
        return [f"credentials.{name}" for name in self.spec.schemes if name not in self.credentials]


def check_contract_profile(document: Mapping[Any, Any], name: str, folder: Path) -> ContractProfile:
    """Check a profile that names a spec, a path seen from *folder*.

    Raises BadProfile with a line for each thing that is wrong.
    """
    if "api" in document:
        raise BadProfile(f"{name}: api: is given beside spec; keep one of the two")
    if not isinstance(document["spec"], str):
        raise BadProfile(f"{name}: spec: is not text; name an OpenAPI file")
    if "\0" in document["spec"]:
        raise BadProfile(f"{name}: spec: is no path of a file; name an OpenAPI file")
    contract = read_contract(folder / document["spec"])
    filled = resolve_profile(
        dict(document),
        name,
        contract.name,
        folder,
        lambda key: _is_bearer(contract.schemes.get(key, {})),
        lambda key: _is_basic(contract.schemes.get(key, {})),
    )
    profile = make_profile(ContractProfile, {**filled, "api": contract.name, "spec": contract}, name, folder)
    if errors := list(_list_errors(profile, contract)):
        raise BadProfile("\n".join(f"{name}: {error}" for error in errors))
    if not profile.selected_operations():
        raise BadProfile(f"{name}: exclude: {_NOTHING_LEFT}")
    return profile


def _list_errors(profile: Any, contract: Contract) -> list[str]:
    parameters = {one.name for operation in contract.operations for one in operation.parameters}
    return [
        *(
            f"{key}: names none; name some, or remove the key to ask all"
            for key in ("operations", "include")
            if not getattr(profile, key)
        ),
        *(
            _describe_unknown("credentials", key, contract.schemes, "security scheme")
            for key in profile.credentials
            if key not in contract.schemes
        ),
        *(
            _describe_unknown("fixtures", key, parameters, "parameter")
            for key in profile.fixtures
            if key not in parameters and not key.startswith("/")
        ),
        *(
            f"{key}.{selector}: {unknown}"
            for key in ("operations", "include", "exclude")
            for selector in getattr(profile, key)
            if (unknown := describe_unknown(selector, contract.operations))
        ),
    ]


def _describe_unknown(part: str, key: str, known: Any, kind: str) -> str:
    near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.5)
    there_are = ", ".join(known) or "none"
    hint = f"did you mean {near[0]!r}?" if near else f"there are {there_are}"
    return f"{part}.{key}: the contract has no such {kind}; {hint}"


def select_operations(
    profile: ContractProfile, include: Sequence[str], exclude: Sequence[str]
) -> ContractProfile:
    """Return *profile* with what --include and --exclude leave of its operations.

    Raises BadProfile for what selects none, and if none is left.
    """
    for option, selectors in (("--include", include), ("--exclude", exclude)):
        for selector in selectors:
            if unknown := describe_unknown(selector, profile.spec.operations):
                raise BadProfile(f"{option} {selector}: {unknown}")
    changes = {"include": list(include) or profile.include, "exclude": [*profile.exclude, *exclude]}
    selected = profile.model_copy(update=changes)
    if not selected.selected_operations():
        raise BadProfile(f"--exclude: {_NOTHING_LEFT}")
    return selected


_NOTHING_LEFT = "leaves no operation to ask; leave out less"
WHAT_A_RUN_WRITES = (
    "A run sends generated requests to every operation that the profile lets it, DELETE only with deletes: true; "
    "what the target makes of them stays there, so it has to be expendable."
)

_TEMPLATE = """\
# A target for `conformance run`, judged by an OpenAPI file: statuses, schemas, credentials, broken requests.
#
# A run sends generated requests to every operation, and what the target makes of them stays: name one that is
# expendable. DELETE is sent only with deletes: true, and last.

spec: {spec}    # seen from the folder of this file
base_url: https://your-server.example.com{base_path}    # the paths of the contract are appended to this
{other_paths}# name: staging               # what reports call it
# version: ${{GIT_COMMIT}}      # what reports call its version
{credentials}
# fixtures:    # things that exist, put wherever a request names them, by parameter or by place in the body;
#              # without them a target may know nothing that is asked for, and little can be tested
{fixtures}#   /customer/id: "42"

# deletes: true
# exclude: [...]    # what is not to be sent to, by operationId, tag:NAME, /path or METHOD /path, with * for anything
# include: [...]    # what alone is to be sent to; without it all of:
{operations}

# patience: {{timeout_s: 10, retry_s: 30, rate_per_s: 5}}
"""


def render_template(file: Path) -> str:
    """Return the commented profile to fill in for the contract in *file*.

    Raises BadContract if it cannot be judged by.
    """
    contract = read_contract(file)
    parameters = dict.fromkeys(
        one.name for operation in contract.operations for one in operation.parameters if one.place == "path"
    )
    return _TEMPLATE.format(
        spec=json.dumps(str(file)),
        base_path=contract.base_path,
        other_paths="".join(
            f"#   other servers of the contract end with {path or 'no path'}\n"
            for path in contract.base_paths[1:]
        ),
        credentials=_render_credentials(contract),
        fixtures="".join(f'#   {name}: "..."\n' for name in parameters),
        operations="\n".join(f"#   {one.id}" for one in contract.operations),
    )


def _render_credentials(contract: Contract) -> str:
    if not contract.schemes:
        return ""
    lines = [
        "\n# credentials:    # by security scheme, from the environment or {command: [program, argument]}"
    ]
    for name, scheme in contract.schemes.items():
        variable = re.sub(r"\W", "_", f"{contract.name}_{name}", flags=re.ASCII).upper()
        form = "user:password" if _is_basic(scheme) else "key" if scheme.get("type") == "apiKey" else "token"
        lines.append(f"#   {name}: ${{{variable}}}    # {form}")
    return "\n".join(lines) + "\n"


def _is_basic(scheme: Mapping[str, Any]) -> bool:
    return "basic" in (scheme.get("type"), str(scheme.get("scheme", "")).lower())


def _is_bearer(scheme: Mapping[str, Any]) -> bool:
    return bool(scheme) and scheme.get("type") != "apiKey" and not _is_basic(scheme)
