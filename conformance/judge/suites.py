"""What belongs to a target profile: its requirements, the driver they speak through, its generated cases.

A built-in API is the package ``conformance.apis.<api>``; a profile with ``spec:`` is judged by that OpenAPI file.
"""

from __future__ import annotations

import importlib
import importlib.resources
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import yaml

import openapi
from conformance.generation import cases
from conformance.http.pacing import BUSY_STATUSES
from conformance.suite.mode import Mode
from conformance.suite.requirement import Requirement, check_unique_ids, read_requirement
from conformance.suite.sentences import SourceDocument, list_documents
from conformance.target.model import BadProfile
from conformance.target.profile import AnyTarget, TargetProfile, make_profile
from conformance.target.resolution import resolve_profile
from conformance.target.yaml_file import read_yaml
from openapi.pointer import walk_texts

if TYPE_CHECKING:
    from conformance.assertions.member import Member
    from conformance.contract.profile import ContractProfile
    from conformance.generation.case import Case, CaseSet
    from conformance.http.client import Client
    from conformance.http.evidence import Exchange
    from conformance.http.response import Response
    from conformance.suite.driver import Driver
    from conformance.suite.run import Run

_APIS = "conformance.apis"


class Suite(Protocol):
    """Everything that judging one target takes beside its profile."""

    @property
    def target(self) -> AnyTarget:
        """The profile."""
        ...

    @property
    def what_a_run_writes(self) -> str:
        """What a run leaves behind on the target, in a sentence."""
        ...

    @property
    def document_sha256(self) -> str:
        """The digest of the document that the target is judged by."""
        ...

    @property
    def spec(self) -> openapi.Spec:
        """The contract of the document that the target is judged by."""
        ...

    def list_documents(self) -> Sequence[SourceDocument]:
        """List what the target is judged by, the document first."""
        ...

    def requirements(self) -> list[Requirement]:
        """List what is asked of the target, in order."""
        ...

    def known_requirements(self) -> list[Requirement]:
        """List what may be asked of the target's API, also what the profile leaves out."""
        ...

    def list_left_out(self) -> Sequence[str]:
        """List the operations of which nothing is asked."""
        ...

    def describe_gaps(self) -> Sequence[str]:
        """Say in sentences what of the document nothing is judged by."""
        ...

    def make_driver(self, client: Client, run: Run) -> Driver:
        """Make what requirements speak to the target through during *run*."""
        ...

    def draw_cases(
        self, seed: int, check: Callable[[], object] = lambda: None, mode: Mode = Mode.FULL
    ) -> CaseSet:
        """Draw the generated cases of *seed*, as far as *mode* lets them be sent.

        check: called again and again meanwhile, to raise what is to end that.
        """
        ...

    def shrink_case(self, case: Case, seed: int, is_wrong: Callable[[Case], bool]) -> None:
        """Look for smaller requests like *case*, of the exam of *seed*, that *is_wrong* is true of as well."""
        ...

    def describe_subject(self, exchange: Exchange, member: Member) -> str | None:
        """Say what *exchange*, and that *member* of its answer, was about; None if that cannot be told."""
        ...

    def may_answer(self, response: Response) -> bool:
        """Tell whether the API itself may answer preflight so, though gateways do as well."""
        ...

    def describe_preflight(self, response: Response, mode: Mode) -> str | None:
        """Say what *response* to preflight shows; None if no target that can be judged answers so."""
        ...


@dataclass(frozen=True)
class ApiSuite:
    """The suite of a built-in API."""

    target: AnyTarget

    @property
    def what_a_run_writes(self) -> str:
        """What a run leaves behind on the target, in a sentence."""
        sentence: str = _import_module(self.target.api, "profile").WHAT_A_RUN_WRITES
        return sentence

    @property
    def document_sha256(self) -> str:
        """The digest of the API's document."""
        return str(openapi.load_contract(self.target.api)["info"]["x-document"]["sha256"])

    @property
    def spec(self) -> openapi.Spec:
        """The contract of the API's document."""
        return openapi.load_contract(self.target.api)

    def list_documents(self) -> Sequence[SourceDocument]:
        """List the API's document, and the vendor's other pages."""
        return list_documents(self.target.api)

    def requirements(self) -> list[Requirement]:
        """List what is asked of the target, in order."""
        return collect_requirements(self.target.api)

    def known_requirements(self) -> list[Requirement]:
        """List what may be asked of the target's API, also what the profile leaves out."""
        return self.requirements()

    def list_left_out(self) -> Sequence[str]:
        """List the operations of which nothing is asked."""
        return ()

    def describe_gaps(self) -> Sequence[str]:
        """Say nothing: what of the document nothing is judged by stands in a file of the API's."""
        return ()

    def make_driver(self, client: Client, run: Run) -> Driver:
        """Make what requirements speak to the target through during *run*."""
        driver: Driver = _import_module(self.target.api, "driver").Driver(client, self.target, run)
        return driver

    def draw_cases(
        self,
        seed: int,
        check: Callable[[], object] = lambda: None,  # noqa: ARG002
        mode: Mode = Mode.FULL,  # noqa: ARG002
    ) -> CaseSet:
        """Draw the generated cases of *seed*, which takes a few seconds at most; which are sent is asked later."""
        return cases.draw_cases(self.target.api, seed)

    def shrink_case(self, case: Case, seed: int, is_wrong: Callable[[Case], bool]) -> None:
        """Look for smaller requests like *case*, of the exam of *seed*, that *is_wrong* is true of as well."""
        cases.shrink_case(self.target.api, case, seed, is_wrong)

    def describe_subject(self, exchange: Exchange, member: Member) -> str | None:
        """Say what *exchange*, and that *member* of its answer, was about; None if that cannot be told."""
        subject: str | None = _import_module(self.target.api, "subject").describe_subject(exchange, member)
        return subject

    def may_answer(self, response: Response) -> bool:  # noqa: ARG002 - no document has such answers
        """Tell whether the API itself may answer preflight so, though gateways do as well."""
        return False

    def describe_preflight(self, response: Response, mode: Mode) -> str | None:
        """Say what *response* to preflight shows; None if no target that can be judged answers so."""
        if mode.may_write:
            known = "reachable, main credential accepted, main fixtures known"
            return known if response.ok and response.is_json else None
        is_refusal = 400 <= response.status < 500 and response.status not in BUSY_STATUSES
        return "reachable, main credential not refused" if is_refusal and response.is_json else None


def read_ordinary_words(suite: Suite) -> Iterator[str]:
    """Yield the texts that hold no credential: the document, what is asked of a target, and most of its profile."""
    yield from walk_texts(suite.spec)
    for one in suite.known_requirements():
        yield from (one.id, one.text, one.source)
    yield from walk_texts(suite.target.model_dump(include={"base_url", "name", "version", "fixtures"}))


def suite_of(target: AnyTarget) -> Suite:
    """Return the suite that judges *target*."""
    own = _find_contract_profile(target)
    if own is None:
        return ApiSuite(target)
    from conformance.contract.suite import ContractSuite  # slow, as in _find_contract_profile

    return ContractSuite(own)


def _find_contract_profile(target: AnyTarget) -> ContractProfile | None:
    """Return *target* if it has a contract of its own, None if it is judged by that of an API."""
    if not target.has_own_contract:
        return None
    # Here, since the suite of any contract is forty modules, and a tenth of the start of a run against an API.
    from conformance.contract.profile import ContractProfile

    return target if isinstance(target, ContractProfile) else None


def narrow_target(target: AnyTarget, include: Sequence[str], exclude: Sequence[str]) -> AnyTarget:
    """Return *target* with the operations that --include and --exclude leave, if either is given.

    Raises BadProfile for what selects none, and for a target whose operations cannot be chosen.
    """
    if not include and not exclude:
        return target
    own = _find_contract_profile(target)
    if own is None:
        raise BadProfile(
            f"{'--include' if include else '--exclude'}: is for a contract of your own, which a profile names under "
            "spec; --only and --except choose requirements"
        )
    from conformance.contract.profile import select_operations  # slow, as in _find_contract_profile

    return select_operations(own, include, exclude)


def read_profile(profile: Path | Mapping[str, Any]) -> AnyTarget:
    """Read and check a profile, from a YAML file or as a mapping of the same shape.

    Raises BadProfile with a line for each thing that is wrong.
    """
    if not isinstance(profile, Path):
        return _check_profile(dict(profile), "profile", Path())
    document = read_yaml(profile, "a target profile")
    if not isinstance(document, dict):
        raise BadProfile(f"{profile}: is not a target profile; `conformance init API` prints one to fill in")
    return _check_profile(document, str(profile), profile.parent)


def _check_profile(document: dict[Any, Any], name: str, folder: Path) -> AnyTarget:
    if {"requirements", "verdict"} <= document.keys():
        raise BadProfile(
            f"{name}: is a report of `conformance run` and no target profile; "
            "`conformance init API` prints one to fill in"
        )
    if "spec" in document:
        from conformance.contract.profile import check_contract_profile  # slow, as in _find_contract_profile

        return check_contract_profile(document, name, folder)
    api = document.get("api")
    if not isinstance(api, str):
        if {"openapi", "swagger"} & document.keys():
            raise BadProfile(
                f"{name}: is an OpenAPI file and no target profile; `conformance init --spec {name}` prints a profile"
            )
        there_are = ", ".join(openapi.api_names())
        raise BadProfile(
            f"{name}: api: name the API to judge against; there are {there_are}, or spec: FILE for any other"
        )
    try:
        model: type[TargetProfile[Any, Any]] = _import_module(api, "profile").Profile
    except openapi.UnknownApi as error:
        raise BadProfile(f"{name}: api: {error}") from None
    filled = resolve_profile(document, name, api, folder, lambda _: _takes_bearer(api))
    return make_profile(model, filled, name, folder)


def _takes_bearer(api: str) -> bool:
    schemes = openapi.load_contract(api)["components"].get("securitySchemes", {})
    return any(str(one.get("scheme", "")).lower() == "bearer" for one in schemes.values())


def profile_template(api: str) -> str:
    """Return the commented profile to fill in for *api*.

    Raises openapi.UnknownApi if there is no such API.
    """
    template: str = _import_module(api, "profile").TEMPLATE
    return template


def collect_requirements(api: str) -> list[Requirement]:
    """List the requirements of *api* in document order.

    By the ``ORDER`` of their module (0 if it has none), then by the heading that is their source, then as written.
    Raises openapi.UnknownApi if there is no such API, BadRequirement if one is not written as one.
    """
    return list(_collect_once(api))


@cache  # reading a docstring is cheap, reading four hundred for every verdict of the self-test is not
def _collect_once(api: str) -> Sequence[Requirement]:
    headings = openapi.list_headings(openapi.load_contract(api))
    found = [
        (getattr(module, "ORDER", 0), read_requirement(function, api, headings))
        for module in _test_modules(api)
        for name, function in vars(module).items()
        if name.startswith("test_")
        and inspect.isfunction(function)
        and function.__module__ == module.__name__  # not what it imports from another
    ]
    check_unique_ids([requirement for _, requirement in found])
    found.sort(key=lambda pair: (pair[0], headings.index(pair[1].heading)))
    return [requirement for _, requirement in found]


def reasons_not_asked(api: str) -> dict[str, dict[str, str]]:
    """Return why headings, statuses and codes of *api* have no MUST and no SHOULD, by kind and by name.

    Empty if the API has no file that says so.
    """
    file = importlib.resources.files(f"{_APIS}.{api}") / "not_asked.yaml"
    if not file.is_file():
        return {}
    reasons: dict[str, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return reasons


def _test_modules(api: str) -> list[ModuleType]:
    package = importlib.import_module(f"{_APIS}.{api}")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return [_import_module(api, name) for name in names if name.startswith("test_")]


def _import_module(api: str, module: str) -> ModuleType:
    """Import a module of a built-in API; raises openapi.UnknownApi if there is no such API."""
    openapi.contract_path(api)  # names the nearest API where an ImportError would name a module
    return importlib.import_module(f"{_APIS}.{api}.{module}")
