"""The discriminator of a schema: the member whose value says which of several schemas describes an object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.contract.schema.family import Families
from openapi.pointer import unescape_step

# Where a translated schema keeps its discriminator; no dialect has such a keyword.
KEYWORD = "x-discriminator"


class Discriminator(NamedTuple):
    """The member's name, and its values for each branch; None for a branch that takes all other values as well."""

    name: str
    values: Sequence[Sequence[str] | None]

    def list_values(self) -> list[str]:
        """List the values that lead to a branch."""
        return [value for values in self.values for value in values or ()]

    def find_branch(self, value: Any) -> int | None:
        """Find the branch that describes an object whose member has *value*; None if none does."""
        default = None
        for index, values in enumerate(self.values):
            if values is None:
                default = index
            elif isinstance(value, str) and value in values:
                return index
        return default


def read_discriminator(
    schema: Mapping[str, Any], branches: Sequence[Any], families: Families, base: str
) -> Discriminator | None:
    """Read the discriminator of *schema* among its *branches*; None if it has none that tells them apart."""
    found = schema.get("discriminator")
    name = found.get("propertyName") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(name, str):
        return None
    default = found.get("defaultMapping")
    values: list[list[str] | None] = []
    mapping = found["mapping"] if isinstance(found.get("mapping"), dict) else {}
    for branch in branches:
        reference = branch.get("$ref") if isinstance(branch, dict) else None
        pinned = [one for one in families.find_pinned_values(branch, base, name) if isinstance(one, str)]
        if not isinstance(reference, str):
            values.append(pinned)
        elif _is_same(default, reference):
            values.append(None)
        else:
            mapped = [value for value, target in mapping.items() if _is_same(target, reference)]
            # What a branch says of the member outweighs the name that its schema happens to have.
            implied = _name_schema(reference)
            values.append(mapped or (pinned if pinned and implied not in pinned else [implied]))
    return None if [] in values else Discriminator(name, values)


def tag_branches(discriminator: Discriminator, branches: Sequence[Any]) -> list[Any]:
    """Let each of the translated *branches* accept only the values of the member that lead to it."""
    everything = discriminator.list_values()
    tags = [
        {"not": {"required": [discriminator.name], "properties": {discriminator.name: {"enum": everything}}}}
        if values is None and everything
        else {"properties": {discriminator.name: {"enum": list(values or ())}}}
        for values in discriminator.values
    ]
    return [{"allOf": [tag, branch]} for tag, branch in zip(tags, branches, strict=True)]


def _name_schema(reference: str) -> str:
    return unescape_step(reference.rpartition("/")[2])


def _is_same(target: Any, reference: str) -> bool:
    """Tell whether what a mapping says, a name or a reference, is *reference*."""
    return isinstance(target, str) and (target == reference or target == _name_schema(reference))
