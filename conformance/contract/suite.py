"""The suite of a target that is judged by an OpenAPI file alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import openapi
from conformance.contract import cases, checks
from conformance.contract.driver import ContractDriver, allows_operation
from conformance.contract.profile import WHAT_A_RUN_WRITES, ContractProfile
from conformance.contract.reading import Operation, list_odd_operations
from conformance.http.pacing import BUSY_STATUSES
from conformance.suite.mode import Mode
from conformance.suite.requirement import Requirement
from conformance.suite.sentences import SourceDocument
from openapi.pointer import walk_texts

if TYPE_CHECKING:
    from conformance.assertions.member import Member
    from conformance.generation.case import Case, CaseSet
    from conformance.http.client import Client
    from conformance.http.evidence import Exchange
    from conformance.http.response import Response
    from conformance.suite.run import Run

_MOST_FLAWS = 5  # that a run's notes list


@dataclass(frozen=True)
class ContractSuite:
    """The suite of one contract, as far as the profile lets it ask."""

    target: ContractProfile

    @property
    def what_a_run_writes(self) -> str:
        """What a run leaves behind on the target, in a sentence."""
        return WHAT_A_RUN_WRITES

    @property
    def document_sha256(self) -> str:
        """The digest of the OpenAPI file."""
        return self.target.spec.sha256

    def list_documents(self) -> Sequence[SourceDocument]:
        """List the contract, by its title and version."""
        info = self.target.spec.spec.get("info")
        named = [info.get(key) for key in ("title", "version")] if isinstance(info, Mapping) else []
        title = " ".join(str(one) for one in named if one)
        return [SourceDocument(title or self.target.spec.file.name)]

    def requirements(self) -> list[Requirement]:
        """List what the contract promises of each operation."""
        return self._list_requirements(self.target.selected_operations())

    def known_requirements(self) -> list[Requirement]:
        """List what the contract promises of every operation, also of those that the profile leaves out."""
        return self._list_requirements(self.target.spec.operations)

    def _list_requirements(self, operations: Iterable[Operation]) -> list[Requirement]:
        spec = self.target.spec
        return [
            one for operation in operations for one in checks.list_operation_requirements(spec, operation)
        ]

    def list_left_out(self) -> list[str]:
        """List the operations of which nothing is asked.

        Those that the profile leaves out, those that cannot be asked, with the reason, and odd methods.
        """
        spec, selected = self.target.spec, set(self.target.selected_operations())
        unselected = [f"{one.method} {one.path}" for one in spec.operations if one not in selected]
        unusable = [f"{place} ({why})" for place, why in spec.unusable.items()]
        return [*unselected, *unusable, *list_odd_operations(spec.spec)]

    def describe_gaps(self) -> list[str]:
        """Say in sentences what is wrong with the contract, so that nothing is judged by it."""
        spec = self.target.spec
        shown, more = spec.flaws[:_MOST_FLAWS], len(spec.flaws) - _MOST_FLAWS
        rest = [f"the contract has {more} more flaws; `mockserver check {spec.file}` lists them"]
        return [
            *(f"the contract has a flaw: {flaw}" for flaw in shown),
            *(rest if more > 0 else []),
        ]

    @property
    def spec(self) -> openapi.Spec:
        """The contract in OpenAPI 3."""
        return self.target.spec.spec

    def make_driver(self, client: Client, run: Run) -> ContractDriver:
        """Make what the requirements speak to the target through."""
        return ContractDriver(client, self.target, run)

    def draw_cases(
        self, seed: int, check: Callable[[], object] = lambda: None, mode: Mode = Mode.FULL
    ) -> CaseSet:
        """Draw the generated cases of *seed*, of what may be sent in *mode*; *check* raises what is to end that."""
        asked = tuple(one for one in self.target.sendable_operations() if allows_operation(mode, one))
        return cases.draw_cases(self.target.spec, asked, seed, check=check)

    def shrink_case(self, case: Case, seed: int, is_wrong: Callable[[Case], bool]) -> None:
        """Look for smaller requests like *case*, of the cases of *seed*, that *is_wrong* is true of as well."""
        cases.shrink_case(self.target.sendable_operations(), case, seed, is_wrong)

    def describe_subject(self, _exchange: Exchange, _member: Member) -> str | None:
        """Say nothing of what an exchange was about: the requirement names the operation."""
        return None

    def may_answer(self, response: Response) -> bool:
        """Tell whether the API itself may answer preflight so, though gateways do as well.

        Preflight asks one operation, which may be the only one that is missing or that answers with pages.
        """
        status = response.status
        if any(one.documents_status(status) for one in self.target.sendable_operations()):
            return (
                not response.is_page
                or not response.ok
                or any("text/html" in one for one in walk_texts(self.spec))
            )
        return status == 500 or (400 <= status < 500 and status not in (421, *BUSY_STATUSES))

    def describe_preflight(self, response: Response, _mode: Mode) -> str | None:
        """Say what *response* to preflight shows; None if no target that can be judged answers so."""
        is_elsewhere = 300 <= response.status < 400 and not self.may_answer(response)
        return None if is_elsewhere or response.status in BUSY_STATUSES else "reachable"
