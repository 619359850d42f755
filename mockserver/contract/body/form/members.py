"""The object that the fields of a form make, as its schema and their encoding say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.contract.body.charsets import find_codec
from mockserver.contract.body.form.encoding import FieldEncoding
from mockserver.contract.body.form.field import Field
from mockserver.contract.parameters.shape import Shape, list_nodes
from mockserver.contract.parameters.text import UNREADABLE
from mockserver.http import exact_json
from mockserver.http.problems import Violation
from mockserver.http.redaction import is_secret_member
from openapi import Spec
from openapi.media_type import is_json

_BRACKETS = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")
_BRACKET = re.compile(r"\[([^\[\]]*)\]")
_STEP = re.compile(r"[.\[\]]")
_DEEPEST = 20

# The fields of a name with brackets, by what stands in these.
_Tree = dict[str, Any]


class FormMembers:
    """Makes an object of fields.

    schema, encoding: of the media type, in *spec*. is_query: whether the form is written as a query is, where the
    members of an object may be fields of their own.
    """

    def __init__(self, schema: Any, encoding: Any, spec: Spec, *, is_query: bool) -> None:
        self._spec = spec
        self._shape = Shape(schema, spec)
        encodings = encoding if isinstance(encoding, Mapping) else {}
        self._encodings = {str(name): FieldEncoding(one, spec) for name, one in encodings.items()}
        self._plain = FieldEncoding(None, spec)
        # Versions of OpenAPI differ in how an object is written of which nothing is said: in JSON or so.
        names = {*self._encodings, *(self._shape.properties if is_query else ())}
        shapes = {name: self._shape.find_member(name) for name in names}
        self._spread = {
            name: shape
            for name, shape in shapes.items()
            if shape.takes_object and (name not in self._encodings or self._encodings[name].spreads)
        }

    def compile(self) -> None:
        """Compile the schemas of the parts' headers; raises InvalidContract."""
        for encoding in self._encodings.values():
            encoding.compile()

    def build(self, fields: Iterable[Field]) -> tuple[dict[str, Any], list[Violation]]:
        """Build the object, and list what is wrong with the fields by themselves."""
        violations: list[Violation] = []
        members: dict[str, Any] = {}
        spread: dict[str, dict[str, Any]] = {}
        single, trees = self._group(fields)
        for name, values in single.items():
            encoding = self._encodings.get(name, self._plain)
            for field in values:
                violations.extend(encoding.find_violations(field))
            holder = next((one for one in self._spread if self._belongs_to(name, one)), None)
            if holder is None:
                shape = self._shape.find_member(name)
                members[name] = self._read_fields(values, shape, encoding, name, violations)
            else:
                shape, where = self._spread[holder].find_member(name), f"{holder}.{name}"
                inner = self._read_fields(values, shape, encoding, where, violations)
                spread.setdefault(holder, {})[name] = inner
        for name, tree in trees.items():
            members[name] = self._read_tree(tree, self._shape.find_member(name), name, violations)
        return {**members, **spread}, violations

    def _belongs_to(self, name: str, holder: str) -> bool:
        """Tell whether the field *name* is a member of the object *holder*."""
        if name == holder or name in self._shape.properties:
            return False
        shape = self._spread[holder]
        return name in shape.properties or (holder in self._encodings and shape.is_map)

    def _group(self, fields: Iterable[Field]) -> tuple[dict[str, list[Field]], dict[str, _Tree]]:
        """Group fields by name, and those of an object or a list that have brackets by what is in these."""
        single: dict[str, list[Field]] = {}
        trees: dict[str, _Tree] = {}
        for field in fields:
            root, steps = self._split_name(field.name)
            if steps:
                _put_into_tree(trees.setdefault(root, {}), steps, field)
            else:
                single.setdefault(root, []).append(field)
        return single, trees

    def _split_name(self, name: str) -> tuple[str, list[str]]:
        """Split ``a[b][]`` into a and its steps, if a is an object or a list and nothing is called ``a[b][]``."""
        found = None if name in self._shape.properties else _BRACKETS.fullmatch(name)
        if found is None or found[1] not in self._shape.properties or found[2].count("[") > _DEEPEST:
            return name, []
        shape = self._shape.find_member(found[1])
        return (
            (found[1], _BRACKET.findall(found[2])) if shape.takes_object or shape.takes_list else (name, [])
        )

    def _read_fields(
        self,
        fields: list[Field],
        shape: Shape,
        encoding: FieldEncoding,
        where: str,
        violations: list[Violation],
    ) -> Any:
        """Read the fields of one name: a list of them, or one."""
        if len(fields) == 1:
            field = fields[0]
            if not shape.takes_list:
                return self._read_field(field, shape, encoding, where, violations)
            if encoding.separator is not None:
                fields = encoding.split(field)
            elif _is_json(field, shape, encoding):
                whole = _read_json(field, where, violations)
                return whole if isinstance(whole, list | str) or shape.takes_object else [whole]
            elif {*shape.scalars} - {"null"}:
                return self._read_field(field, shape, encoding, where, violations)
        return [
            self._read_field(
                field,
                shape.find_item(index) if shape.takes_list else shape,
                encoding,
                f"{where}[{index}]",
                violations,
            )
            for index, field in enumerate(fields)
        ]

    def _read_field(
        self, field: Field, shape: Shape, encoding: FieldEncoding, where: str, violations: list[Violation]
    ) -> Any:
        if _is_json(field, shape, encoding):
            return _read_json(field, where, violations)
        if encoding.separator is not None and shape.takes_object and not shape.scalars:
            return self._read_pairs(encoding.split(field), shape, where, violations)
        if isinstance(field.content, bytes) and (field.is_file or _is_binary(shape, self._spec)):
            return field.content
        text, is_decoded = _decode_field(field)
        if not is_decoded:
            violations.append(Violation(where, f"is not {field.charset.upper()}"))
            return text
        value = shape.read_text(text)
        if value is not UNREADABLE:
            return value
        if shape.scalars:
            said = shape.describe_unreadable(text, is_secret=_is_secret(where))
            violations.append(Violation(where, said))
        return text

    def _read_pairs(
        self, parts: list[Field], shape: Shape, where: str, violations: list[Violation]
    ) -> dict[str, Any]:
        """Read an object that is written as a list of its names and values."""
        found: dict[str, Any] = {}
        for key, value in zip(parts[::2], parts[1::2], strict=False):
            name = str(key.content)
            place = f"{where}.{name}"
            found[name] = self._read_field(value, shape.find_member(name), self._plain, place, violations)
        return found

    def _read_tree(
        self, tree: _Tree | list[Field], shape: Shape, where: str, violations: list[Violation]
    ) -> Any:
        if isinstance(tree, list):
            return self._read_fields(tree, shape, self._plain, where, violations)
        if shape.takes_list and all(step == "" or step.isdecimal() for step in tree):
            found: list[Any] = []
            for step in sorted(tree, key=lambda one: int(one[:9] or 0)):
                below = tree[step]
                # All that came under a[] are items.
                for one in [[field] for field in below] if isinstance(below, list) else [below]:
                    place = f"{where}[{len(found)}]"
                    found.append(self._read_tree(one, shape.find_item(len(found)), place, violations))
            return found
        return {
            step: self._read_tree(below, shape.find_member(step), f"{where}.{step}", violations)
            for step, below in tree.items()
        }


def _is_secret(where: str) -> bool:
    """Tell whether a place such as ``user.password`` is that of a secret, which no message quotes."""
    return any(is_secret_member(step) for step in _STEP.split(where) if step)


def _is_binary(shape: Shape, spec: Spec) -> bool:
    """Tell whether a value is bytes and no text."""
    return any(
        node.get("format") == "binary" or ("contentMediaType" in node and "contentEncoding" not in node)
        for node in list_nodes(spec, shape.schema)
    )


def _decode_field(field: Field) -> tuple[str, bool]:
    """Give the text of a field, and whether it is in the charset of its part, or in UTF-8 if that is not known."""
    if isinstance(field.content, str):
        return field.content, True
    try:
        return field.content.decode(find_codec(field.charset) or "utf-8"), True
    except UnicodeDecodeError:
        return field.content.decode(errors="replace"), False


def _put_into_tree(tree: _Tree, steps: list[str], field: Field) -> None:
    *above, last = steps
    for step in above:
        inner = tree.setdefault(step, {})
        if isinstance(inner, list):
            inner = tree[step] = {"": inner}
        tree = inner
    leaf = tree.setdefault(last, [])
    (leaf if isinstance(leaf, list) else leaf.setdefault("", [])).append(field)


def _is_json(field: Field, shape: Shape, encoding: FieldEncoding) -> bool:
    """Tell whether a field is JSON: it or its encoding says so, or it can be nothing else."""
    media_type = field.media_type or encoding.only_media_type
    if media_type is not None and is_json(media_type):
        return True
    if encoding.separator is not None or not (shape.takes_object or shape.takes_list):
        return False
    if {*shape.scalars} - {"null"}:
        # Text may be meant, even one with braces.
        return not shape.accepts(_decode_field(field)[0]) and _holds_json(field, "{", dict)
    if not field.content and shape.scalars:
        return False
    # The only item of a list may be a text that begins so.
    return shape.takes_object or _holds_json(field, "[", list)


def _holds_json(field: Field, begin: str, kind: type) -> bool:
    """Tell whether a field is the JSON of an object or an array, as *kind* says."""
    text = _decode_field(field)[0]
    return text.lstrip().startswith(begin) and isinstance(_read_json(field, "", []), kind)


def _read_json(field: Field, where: str, violations: list[Violation]) -> Any:
    content = field.content.encode() if isinstance(field.content, str) else field.content
    try:
        return exact_json.loads(content)
    except exact_json.NotExact as error:
        violations.append(Violation(where, str(error).removeprefix("the body ")))
        return content.decode(errors="replace")
