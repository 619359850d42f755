"""One generated request to an operation of a contract, and what can be made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.contract.generator import decode_name
from conformance.contract.reading import Operation
from conformance.generation.case import Case, CaseMode
from conformance.generation.hypothesis import case_from_generated, has_body, read_bytes_as_text
from openapi.media_type import is_json

if TYPE_CHECKING:
    from schemathesis import Case as GeneratedCase

    Generated = GeneratedCase[Any]

_PARTS = ("path_parameters", "query", "headers", "cookies", "body", "media_type")


@dataclass(frozen=True)
class ContractCase(Case):
    """A case that can be sent as it is.

    parts: of the generated request, by name. asked: the operation that it is to. broken: the part and the name of a
    parameter whose value breaks the contract.
    """

    parts: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    asked: Operation | None = field(default=None, compare=False, repr=False)
    broken: tuple[str, str] | None = None

    @property
    def generated(self) -> Generated:
        """The generated request, made anew: only few of a large contract are needed at a time."""
        if self.asked is None:
            raise ValueError("the case is of no operation")
        made: Generated = self.asked.generator.Case(**self.parts)
        return made


def make_case(operation: Operation, mode: CaseMode, generated: Generated) -> ContractCase:
    """Make a case of a generated request."""
    facts = vars(case_from_generated(operation.id, mode, generated))
    facts["path"] = {decode_name(name): value for name, value in facts["path"].items()}
    return ContractCase(**facts, parts=_list_parts(generated), asked=operation)


def _list_parts(generated: Generated) -> dict[str, Any]:
    parts = {name: getattr(generated, name) for name in _PARTS}
    if not has_body(generated):
        del parts["body"]  # whose mark is of one process
    return {
        name: dict(part) if isinstance(part, Mapping) and name != "body" else part
        for name, part in parts.items()
    }


def replace_parts(generated: Generated, **parts: Any) -> Generated:
    """Copy a generated request with other *parts*, by their names."""
    made: Generated = generated.operation.Case(
        **{**{name: getattr(generated, name) for name in _PARTS}, **parts}
    )
    return made


def read_bytes_in_body(generated: Generated) -> Generated:
    """Return a request with texts in a JSON body where ``format: binary`` asks for bytes, which no JSON holds."""
    if not is_json(generated.media_type or "") or not has_body(generated):
        return generated
    body = read_bytes_as_text(generated.body)
    return generated if body is generated.body else replace_parts(generated, body=body, _meta=generated.meta)
