"""Compiles the schemas of a contract, and lets those share a validator that refer to much of the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple, Protocol
from weakref import WeakValueDictionary

from jsonschema_rs import ReferencingError, RegexOptions, ValidationError

from mockserver.contract.schema.dialect import Dialect, find_dialect
from mockserver.contract.schema.messages import list_message_schemas
from mockserver.contract.schema.patterns import BACKTRACKING, mend_patterns
from mockserver.contract.schema.references import BASE
from mockserver.contract.schema.translation import Translated, Translator, write_reference
from mockserver.http.problems import InvalidContract
from openapi import Spec

# Of a schema that refers to more than so many others, each costing a kilobyte and 20 µs, there is no second copy.
_MOST_ALONE = 1_000
# So many are kept compiled beside that; those that were compiled first give way, and are compiled again when needed.
_MOST_KEPT = 40_000


class Validator(Protocol):
    """What the library, and what stands in its place, does for a schema."""

    def is_valid(self, instance: Any) -> bool:
        """Tell whether *instance* is valid."""
        ...

    def validate(self, instance: Any) -> None:
        """Raise the first ValidationError of *instance*, if it has one."""
        ...

    def iter_errors(self, instance: Any) -> Iterator[ValidationError]:
        """Yield the errors of *instance*."""
        ...


class Compiled(NamedTuple):
    """The validator of a schema, and the document in which the schema path of an error leads to its place."""

    validator: Validator
    document: Mapping[str, Any]


class Compilable(Protocol):
    """A schema that is compiled here.

    source: the schema as the contract has it.
    """

    source: Any

    def forget(self) -> None:
        """Give up what was compiled."""
        ...


class ContractSchemas:
    """The schemas of one contract in one direction.

    Each is compiled alone with what it refers to. Where that is much, as in a contract whose schemas all lead to all,
    one validator serves all schemas that refer to much.
    """

    def __init__(self, spec: Spec, dialect: Dialect, needless: str) -> None:
        # Held, since its identity is what these schemas are found by.
        self._spec = spec
        self._dialect = dialect
        self._is_of_answers = needless == "writeOnly"
        self._translator = Translator(spec, dialect, needless)
        self._kept: deque[tuple[Compilable, int]] = deque()
        self._kept_weight = 0
        self._joint = _Joint()
        # A large body is validated in a thread.
        self._lock = Lock()

    def compile(self, schema: Compilable) -> Compiled:
        """Compile *schema*.

        Raises InvalidContract if that cannot be.
        """
        with self._lock:
            return self._compile(schema)

    def _compile(self, schema: Compilable) -> Compiled:
        found = self._joint.find_part(schema.source)
        if found is not None:
            return found
        member = self._translate(schema.source)
        found = self._joint.find_target(member)
        if found is None and member.weigh() > _MOST_ALONE:
            # To add the others one by one, when they are needed, takes long.
            for others in (self._list_messages_within(member), []):
                try:
                    self._joint.extend([member, *others], self._compile_document)
                except InvalidContract:
                    continue
                found = self._joint.find_target(member) or self._joint.find_part(schema.source)
                break
        if found is not None:
            return found
        document = {**member.translated.schema, "definitions": _list_schemas(member.definitions)}
        validator = self._compile_document(document)
        self._keep(schema, member.weigh())
        return Compiled(validator, document)

    def _translate(self, source: Any) -> _Member:
        translated = self._translator.translate_schema(source)
        return _Member(source, translated, self._translator.list_definitions(translated.references))

    def _list_messages_within(self, large: _Member) -> list[_Member]:
        """List the messages of the contract that refer only to what *large* refers to as well."""
        found = []
        for source in list_message_schemas(self._spec, of_answers=self._is_of_answers):
            if self._joint.find_part(source) is not None:
                continue
            try:
                translated = self._translator.translate_schema(source)
            except InvalidContract:  # which its own compilation raises
                continue
            is_target = translated.schema.keys() == {"$ref"}
            if translated.references and not is_target and large.definitions.keys() >= translated.references:
                found.append(_Member(source, translated, {}))
        return found

    def _keep(self, schema: Compilable, weight: int) -> None:
        self._kept.append((schema, weight))
        self._kept_weight += weight
        while self._kept_weight > _MOST_KEPT and len(self._kept) > 1:
            oldest, its_weight = self._kept.popleft()
            oldest.forget()
            self._kept_weight -= its_weight

    def _compile_document(self, document: dict[str, Any]) -> Validator:
        """Compile a JSON schema, its patterns in such a way that no text can keep the stub busy."""
        try:
            try:
                return self._dialect.compiler(
                    document, validate_formats=True, base_uri=BASE, pattern_options=RegexOptions()
                )
            except ValidationError:
                # That engine's time grows with the text alone, but it knows neither lookaround nor back references.
                mend_patterns(document)
                return self._dialect.compiler(
                    document, validate_formats=True, base_uri=BASE, pattern_options=BACKTRACKING
                )
        except (ValueError, ReferencingError) as error:
            reason = str(getattr(error, "message", error)).splitlines()[0][:300]
            raise InvalidContract(f"a schema cannot be used: {reason}") from None


class _Member(NamedTuple):
    """A schema of a contract, and all that it refers to."""

    source: Any
    translated: Translated
    definitions: Mapping[str, Translated]

    def weigh(self) -> int:
        """Count the schemas that it consists of."""
        return self.translated.weight + sum(one.weight for one in self.definitions.values())


class _Joint:
    """Schemas in one document, where each describes a member of an object, so that one validator serves all."""

    def __init__(self) -> None:
        # By the identity of the schema in the contract, with the schema, so that no other one gets its identity.
        self._names: dict[int, tuple[Any, str]] = {}
        self._schemas: dict[str, Any] = {}
        self._definitions: dict[str, Any] = {}
        self._document: dict[str, Any] = {}
        self.validator: Validator | None = None

    def find_part(self, source: Any) -> Compiled | None:
        """Find what was compiled of the schema *source*; None if it is no part of this."""
        found = self._names.get(id(source))
        return None if found is None else Compiled(_Part(self, found[1]), self._document)

    def find_target(self, member: _Member) -> Compiled | None:
        """Find what was compiled of the definition that *member* only refers to; None if that is no part of this."""
        reference = member.translated.schema.get("$ref", "")
        is_known = reference in self._schemas and len(member.translated.schema) == 1
        return Compiled(_Part(self, reference), self._document) if is_known else None

    def extend(
        self, members: Sequence[_Member], compile_document: Callable[[dict[str, Any]], Validator]
    ) -> None:
        """Compile *members* beside all that are in it; leaves it as it was where that raises InvalidContract."""
        definitions = dict(self._definitions)
        for one in members:
            definitions.update(_list_schemas(one.definitions))
        # Whoever asks for one of them later finds it.
        schemas = {reference: {"$ref": reference} for reference in map(write_reference, definitions)}
        names = {}
        for number, one in enumerate(members, len(self._schemas)):
            names[id(one.source)] = (one.source, f"schema {number}")
            schemas[f"schema {number}"] = one.translated.schema
        schemas = {**self._schemas, **schemas}
        document = {"properties": schemas, "additionalProperties": False, "definitions": definitions}
        self.validator = compile_document(document)
        self._names.update(names)
        self._schemas, self._definitions, self._document = schemas, definitions, document


class _Part:
    """Does for one schema of a joint document what a validator does."""

    def __init__(self, joint: _Joint, name: str) -> None:
        self._joint = joint
        self._name = name

    def is_valid(self, instance: Any) -> bool:
        return self._find_validator().is_valid({self._name: instance})

    def validate(self, instance: Any) -> None:
        for error in self.iter_errors(instance):
            raise error

    def iter_errors(self, instance: Any) -> Iterator[ValidationError]:
        for error in self._find_validator().iter_errors({self._name: instance}):
            yield _leave_member(error)

    def _find_validator(self) -> Validator:
        validator = self._joint.validator
        if validator is None:
            raise RuntimeError("a part of a document that was never compiled")
        return validator


def _leave_member(error: ValidationError) -> ValidationError:
    """Let the place of *error*, and of those that it consists of, begin at the value itself."""
    error.instance_path = error.instance_path[1:]
    for branch in getattr(error.kind, "context", ()):
        for one in branch:
            _leave_member(one)
    return error


def _list_schemas(definitions: Mapping[str, Translated]) -> dict[str, Any]:
    return {name: one.schema for name, one in definitions.items()}


_in_use: WeakValueDictionary[tuple[int, Dialect, str], ContractSchemas] = WeakValueDictionary()


def find_contract_schemas(spec: Spec, dialect: Dialect, needless: str) -> ContractSchemas:
    """Find the schemas of *spec* in one direction, where others of it are in use, or begin them."""
    key = (id(spec), dialect, needless)
    found = _in_use.get(key)
    if found is None:
        found = _in_use[key] = ContractSchemas(spec, dialect, needless)
    return found


def hold_schemas(spec: Spec) -> Sequence[ContractSchemas]:
    """Keep what is compiled of *spec* for as long as what this returns is kept, even if no schema is in use."""
    return [find_contract_schemas(spec, find_dialect(spec, None), mark) for mark in ("readOnly", "writeOnly")]
