"""An OpenAPI file as the judge reads it: its operations, their credentials, and what they promise to answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openapi
from conformance.contract.answers.json_schema import AnswerSchemas
from conformance.contract.generator import Generators, choose_sent_content
from conformance.contract.parameters import Parameter, list_parameters
from conformance.target.model import BadProfile
from openapi.document import Document, read_document
from openapi.pointer import Steps, escape_step

if TYPE_CHECKING:
    from conformance.contract.generator import Generator

METHODS = ("get", "put", "post", "patch", "delete")  # asked; what others answer is plumbing
# The last one since OpenAPI 3.2, with any others by name.
_ODD_METHODS = ("head", "options", "trace", "query")
_SERVERS = "its servers are others than those that base_url stands for"


class BadContract(BadProfile):
    """An OpenAPI file is not fit to judge by; the message says which, and what is wrong with it."""


class ContractText:
    """What all operations of a contract share: *spec*, and what is made of it once it is needed."""

    def __init__(self, spec: openapi.Spec) -> None:
        self.spec = spec

    @cached_property
    def answer_schemas(self) -> AnswerSchemas:
        """The schemas of answers."""
        return AnswerSchemas(self.spec)

    @cached_property
    def generators(self) -> Generators:
        """What generates requests."""
        return Generators(self.spec)


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a contract.

    id: its operationId, or method and path, in letters that an id may have. pointer: where it stands in the
    file. tags: as it has them. security: sets of schemes by name, of which a request has to satisfy one; none if it
    needs no credential.
    """

    id: str
    method: str
    path: str
    pointer: str
    raw: Mapping[str, Any] = field(repr=False)
    text: ContractText = field(repr=False)
    parameters: Sequence[Parameter] = field(repr=False, default=())
    security: Sequence[frozenset[str]] = ()

    @property
    def own_name(self) -> str:
        """Its operationId as the contract writes it, or as whoever reads the file has made it up."""
        return str(self.raw.get("operationId") or "")

    @property
    def tags(self) -> list[str]:
        """The tags that it has."""
        tags = self.raw.get("tags")
        return list(map(str, tags)) if isinstance(tags, list) else []

    @property
    def statuses(self) -> list[str]:
        """The statuses that are documented, as they are written: 200, 4XX, default."""
        responses = self.raw.get("responses")
        return [str(status) for status in responses] if isinstance(responses, dict) else []

    def documents_status(self, status: int) -> bool:
        """Tell whether *status* is documented by number or by its class."""
        return {str(status), f"{status // 100}XX"} & {one.upper() for one in self.statuses} != set()

    @cached_property
    def generator(self) -> Generator:
        """What makes requests to it; raises CannotGenerate if nothing can."""
        return self.text.generators.find(self.path, self.method)

    @cached_property
    def media_types(self) -> list[str]:
        """The media types that a body may have; none if there is no body."""
        return [str(name) for name in self._body_content]

    @property
    def takes_no_known_body(self) -> bool:
        """Whether there is a body, and none that is JSON or a form."""
        return bool(self._body_content) and not self.sent_content

    @cached_property
    def sent_content(self) -> Mapping[str, Any]:
        """What is sent as a body, by its media type."""
        return choose_sent_content(self._body_content)

    @cached_property
    def _body_content(self) -> Mapping[str, Any]:
        with suppress(LookupError, ValueError, TypeError):
            body = openapi.resolve_reference(self.text.spec, self.raw.get("requestBody"))
            content = body.get("content") if isinstance(body, dict) else None
            return content if isinstance(content, dict) else {}
        return {}


@dataclass(frozen=True, eq=False)
class Contract:
    """A whole file.

    name: the API's, made of its title. schemes: the security schemes by name. unusable: operations that cannot be
    asked, as method and path, and why. flaws: what else is wrong with the file, in sentences. files: all that it
    consists of, the main one first. servers: the addresses of one API, the contract's or else those of its first
    operation that has any.
    """

    file: Path
    name: str
    sha256: str
    text: ContractText = field(repr=False)
    operations: Sequence[Operation] = field(repr=False)
    schemes: Mapping[str, Mapping[str, Any]] = field(repr=False)
    unusable: Mapping[str, str] = field(repr=False, default_factory=dict)
    flaws: Sequence[str] = field(repr=False, default=())
    files: Sequence[Path] = field(repr=False, default=())
    servers: Sequence[str] = field(repr=False, default=())

    @property
    def spec(self) -> openapi.Spec:
        """The contract in OpenAPI 3."""
        return self.text.spec

    @property
    def base_paths(self) -> Sequence[str]:
        """The paths of the servers, each once; base_url is to end with one of them, with the first as a rule."""
        return list(dict.fromkeys(map(_read_path, self.servers))) or [""]

    @property
    def base_path(self) -> str:
        """The path of the first server, empty if it has none."""
        return self.base_paths[0]


def read_contract(file: Path) -> Contract:
    """Read an OpenAPI 3 or Swagger 2 file.

    Raises BadContract if it cannot be read, or is no such file.
    """
    # A profile is read several times in a run, and a contract takes a second.
    known = _read_contracts.get(file)
    if known is None or known.sha256 != _digest_files(known.files):
        _read_contracts.pop(file, None)
        while len(_read_contracts) >= _MOST_READ:
            del _read_contracts[next(iter(_read_contracts))]
        known = _read_contracts[file] = _read_anew(file)
    return known


_read_contracts: dict[Path, Contract] = {}
_MOST_READ = 128


def _digest_files(files: Sequence[Path]) -> str:
    """Return the digest of the contract in *files*, the main one first: that of the file where it is the only one."""
    digests = []
    for number, file in enumerate(files):
        try:
            digests.append(hashlib.sha256(file.read_bytes()).hexdigest())
        except OSError as error:
            if number == 0:
                raise BadContract(f"{file}: cannot be read: {error.strerror}; name an OpenAPI file") from None
            digests.append("")  # of one that is not there yet
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _read_anew(file: Path) -> Contract:
    _digest_files([file])  # says what is wrong with one that cannot be read
    try:
        document = read_document(file)
        files = list(
            dict.fromkeys([file, *sorted(one for one in document.files if one.resolve() != file.resolve())])
        )
        return build_contract(document, _digest_files(files), files)
    except openapi.BadSpec as error:
        raise BadContract(str(error)) from None
    except ValueError as error:
        raise BadContract(f"{file}: {error}") from None


def build_contract(document: Document, sha256: str = "", files: Sequence[Path] = ()) -> Contract:
    """Make the contract of a *document*; raises ValueError if there is nothing to judge by."""
    spec = document.spec
    unusable = {f"{method.upper()} {path}": why for (path, method), why in document.unusable.items()}
    undocumented = {flaw.place[1:3] for flaw in document.flaws if flaw.place[3:] == ("responses",)}
    operations = list(_list_operations(spec, unusable, undocumented))
    if not operations:
        why = next(iter(unusable.values()), f"has no operations with {', '.join(METHODS).upper()}")
        raise ValueError(f"{why}; there is nothing to judge")
    root = spec.get("components") or {}
    schemes = root.get("securitySchemes") if isinstance(root, dict) else None
    return Contract(
        file=document.file,
        name=_derive_name(spec, document.file),
        sha256=sha256,
        files=files,
        text=operations[0].text,
        # What is deleted cannot be asked any more, so that comes last.
        operations=sorted(operations, key=lambda one: one.method == "DELETE"),
        schemes=dict(_resolve_schemes(spec, schemes)),
        unusable=unusable,
        servers=_list_shared_servers(spec),
        flaws=list(map(str, document.flaws)),
    )


def _derive_name(spec: openapi.Spec, file: Path) -> str:
    """Make the name of the API of its title, or of that of the file."""
    info = spec.get("info")
    title = str(info.get("title", "")) if isinstance(info, dict) else ""
    slugs = (re.sub(r"[^a-z0-9]+", "-", one.lower()).strip("-") for one in (title, file.stem))
    name = next((slug for slug in slugs if slug), "contract")
    return (
        f"{name}-spec" if name in openapi.api_names() else name
    )  # whose ids are not those of the API of that name


def _resolve_schemes(spec: openapi.Spec, schemes: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, scheme in schemes.items() if isinstance(schemes, dict) else ():
        with suppress(LookupError, ValueError, TypeError):
            found = openapi.resolve_reference(spec, scheme)
            if isinstance(found, dict):
                yield str(name), found


def list_odd_operations(spec: openapi.Spec) -> list[str]:
    """List the operations with methods that are not asked, as method and path."""
    found = []
    for path, item in _list_path_items(spec):
        more = item.get("additionalOperations")
        names = [method for method in _ODD_METHODS if method in item] + list(
            more if isinstance(more, dict) else ()
        )
        found += [f"{name.upper()} {path}" for name in names]
    return found


def _list_path_items(spec: openapi.Spec) -> Iterator[tuple[str, Mapping[str, Any]]]:
    paths = spec.get("paths")
    for path, reference in paths.items() if isinstance(paths, dict) else ():
        with suppress(LookupError, ValueError, TypeError):  # what cannot be had is said by who reads the file
            item = openapi.resolve_reference(spec, reference)
            if isinstance(item, dict) and str(path).startswith("/"):
                yield str(path), item


def _list_methods(spec: openapi.Spec) -> list[tuple[str, str, Mapping[str, Any]]]:
    """List the path, the method and the path item of every operation."""
    return [
        (path, method, item)
        for path, item in _list_path_items(spec)
        for method in item
        if method in METHODS and isinstance(item[method], dict)
    ]


def _list_shared_servers(spec: openapi.Spec) -> list[str]:
    """List the contract's servers, or else those of the first part of it that has any."""
    owners = (spec, *_list_owners(_list_methods(spec)))
    return next((_list_servers(one) for one in owners if one.get("servers")), [])


def _read_path(server: str) -> str:
    path = re.sub(r"^(\w+:)?//[^/]*", "", server).rstrip("/")
    return path if re.fullmatch(r"(/[\w.~%-]+)+", path, re.ASCII) else ""


def _list_operations(
    spec: openapi.Spec, unusable: dict[str, str], undocumented: Collection[Steps]
) -> Iterator[Operation]:
    """Yield the operations that can be asked, each with an id of its own; tell *unusable* of the others.

    undocumented: path and method of those that have no answers in the file, so that any will do.
    """
    text = ContractText(spec)
    known: set[str] = set()
    at = _list_shared_servers(spec)
    for path, method, item in _list_methods(spec):
        raw = item[method]
        servers = _list_servers(raw) or _list_servers(item)
        if servers and not set(servers) & set(at):
            unusable[f"{method.upper()} {path}"] = f"{_SERVERS}: {servers[0]}"
        if f"{method.upper()} {path}" in unusable:
            continue
        if (path, method) in undocumented:
            raw = {**raw, "responses": {"default": {"description": "any"}}}
        own_name = str(raw.get("operationId") or "")
        if own_name.rstrip("'") == f"{method.upper()} {path}":
            own_name = ""  # whoever reads the file has made it up
        names = (_clean_id(own_name), _clean_id(f"{method}-{path}"))
        id_ = next((one for one in names if one and one not in known), f"{names[1]}-{len(known)}")
        known.add(id_)
        security = raw.get("security", spec.get("security"))
        yield Operation(
            id=id_,
            method=method.upper(),
            path=path,
            pointer=f"#/paths/{escape_step(path)}/{method}",
            raw=raw,
            text=text,
            parameters=list_parameters(spec, item, raw),
            security=_list_security_alternatives(security if isinstance(security, list) else []),
        )


def _list_owners(found: Sequence[tuple[str, str, Mapping[str, Any]]]) -> Iterator[Mapping[str, Any]]:
    for _, method, item in found:
        yield item[method]
        yield item


def _list_servers(owner: Mapping[str, Any]) -> list[str]:
    """List the addresses of the servers that a part of a contract names, with the defaults of their variables."""
    servers = owner.get("servers")
    found = []
    for server in servers if isinstance(servers, list) else ():
        url = str(server.get("url", "")) if isinstance(server, dict) else ""
        variables = server.get("variables") if isinstance(server, dict) else None
        for name, variable in variables.items() if isinstance(variables, dict) else ():
            if isinstance(variable, dict):
                url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
        found.append(url.rstrip("/"))
    return found


def _clean_id(text: str) -> str:
    return re.sub(r"[^\w.]+", "-", text, flags=re.ASCII).strip("-")


def _list_security_alternatives(alternatives: Sequence[Any]) -> list[frozenset[str]]:
    # An empty alternative means that the operation needs no credential.
    ways = [frozenset(map(str, one)) for one in alternatives if isinstance(one, dict)]
    return [] if frozenset() in ways else ways
