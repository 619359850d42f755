"""The operations of a contract that was read, each with a name, with servers and a path whose variables are known."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import openapi
from openapi import METHODS, Spec
from openapi.document.document import UNKNOWN_PARAMETER, Flaw
from openapi.document.inspection import Owner
from openapi.document.security import check_schemes, settle_security
from openapi.pointer import Steps

VARIABLE = re.compile(r"\{([^{}]*)\}")
# Within the name of a variable these are none.
_END_OF_PATH = re.compile(r"[?#](?![^{]*\})")


class FoundOperation(NamedTuple):
    """An operation where it stands.

    path, method: as they are written. item: the path item around it. document: the operation object itself.
    """

    path: str
    method: str
    item: dict[str, Any]
    document: dict[str, Any]

    @property
    def is_additional(self) -> bool:
        """Whether its method is none that OpenAPI names."""
        return self.method not in METHODS and self.method != "query"

    @property
    def http_method(self) -> str:
        """The method as it stands in a request."""
        return self.method if self.is_additional else self.method.upper()

    @property
    def steps(self) -> Steps:
        """The steps that lead to it."""
        return ("paths", self.path, *(["additionalOperations"] if self.is_additional else []), self.method)


def strip_query(path: str) -> str:
    """Give *path* without the query or the fragment that vendors write behind one."""
    return _END_OF_PATH.split(path, maxsplit=1)[0]


def walk_operations(spec: Spec) -> Iterator[FoundOperation]:
    """Yield the operations of *spec*, a contract that was read, in its order."""
    for path, item in spec.get("paths", {}).items():
        for name, member in item.items():
            if name in METHODS or name == "query":
                yield FoundOperation(path, name, item, member)
            elif name == "additionalOperations":
                for method, operation in member.items():
                    yield FoundOperation(path, method, item, operation)


def list_parameters(spec: Spec, operation: FoundOperation) -> list[dict[str, Any]]:
    """List the parameters of *operation*, its own in place of those of its path with the same name and place."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for holder in (operation.document, operation.item):
        for one in holder.get("parameters", []):
            parameter = openapi.resolve_reference(spec, one)
            found.setdefault((parameter["name"], parameter["in"]), parameter)
    return list(found.values())


def find_security(spec: Spec, operation: FoundOperation) -> list[dict[str, list[str]]]:
    """Return what *operation* asks for, which is what the contract does where it says nothing of its own."""
    holder = operation.document if "security" in operation.document else spec
    found: list[dict[str, list[str]]] = holder.get("security", [])
    return found


def find_server(spec: Spec, operation: FoundOperation | None = None) -> dict[str, Any] | None:
    """Find the first server of *operation*: its own, its path's or the contract's; None if there is none."""
    holders = [operation.document, operation.item, spec] if operation is not None else [spec]
    return next((holder["servers"][0] for holder in holders if holder.get("servers")), None)


def read_base_path(server: dict[str, Any] | None) -> str:
    """Return the path of *server*, without a slash at its end, its variables filled in with their defaults.

    A variable without a default stays one: it is a part of the path that may be anything.
    """
    if server is None:
        return ""
    variables = server.get("variables", {})

    def fill_in(match: re.Match[str]) -> str:
        return str(variables.get(match[1], {}).get("default", match[0]))

    try:
        path = urlsplit(VARIABLE.sub(fill_in, server["url"])).path.strip().rstrip("/")
    except ValueError:
        return ""
    path = path.removeprefix(".")
    return path if not path or path.startswith("/") else f"/{path}"


class OperationCheck:
    """Checks all operations of *spec* beside one another, and mends what is wrong with them.

    broken: what lacks something that it cannot do without. What else seems wrong with it may be right in what it lacks.
    described_schemes: the names of all security schemes, also of those that cannot be read.
    """

    def __init__(
        self, spec: Spec, broken: Collection[Owner] = (), described_schemes: Collection[str] = ()
    ) -> None:
        self._spec = spec
        self._broken = broken
        self.flaws: list[Flaw] = []
        self._names: set[str] = set()
        self._shapes: dict[tuple[str, str], str] = {}
        self._own_names: set[str] = set()
        self._schemes = spec.get("components", {}).get("securitySchemes", {})
        self._unreadable = {*described_schemes} - {*self._schemes}

    def check_all(self) -> list[Flaw]:
        """Check all, and return what was wrong."""
        spec = self._spec
        self.flaws.extend(check_schemes(self._schemes))
        self.flaws.extend(settle_security(spec, (), self._schemes, self._unreadable))
        self._check_servers(spec, ())
        for path, item in spec["paths"].items():
            self._check_servers(item, ("paths", path))
            self._check_parameters(item, ("paths", path))
        operations = list(walk_operations(spec))
        if not operations:
            self._report(("paths",), "no operation is in it; every call answers 404, so add one")
        self._own_names = {one.document.get("operationId", "") for one in operations}
        for operation in operations:
            if self._is_first_of_its_shape(operation):
                self._check_operation(operation)
        return self.flaws

    def _report(self, place: Steps, message: str) -> None:
        self.flaws.append(Flaw(place, message))

    def _suspect(self, place: Steps, message: str, *steps: str | int) -> None:
        """Report a flaw *steps* below *place*, a path or an operation, unless that lacks what may have it right."""
        _, path, *method = map(str, place)
        if not any(Owner("paths", path, part) in self._broken for part in ("", *method[-1:])):
            self._report((*place, *steps), message)

    def _check_operation(self, operation: FoundOperation) -> None:
        document, place = operation.document, operation.steps
        self._name_operation(operation)
        if not document.get("responses"):
            self._suspect(
                place, "is missing; 200 without a body is answered, so document the answers", "responses"
            )
            document["responses"] = {"200": {"description": ""}}
        self.flaws.extend(settle_security(document, place, self._schemes, self._unreadable))
        self._check_servers(document, place)
        self._check_parameters(document, place)
        self._check_variables(operation)

    def _is_first_of_its_shape(self, operation: FoundOperation) -> bool:
        """Tell whether no operation before has the same method and path; a second one is removed."""
        method = operation.http_method
        shape = VARIABLE.sub("{}", self._strip_fragment(operation)).removesuffix("/")
        first = self._shapes.setdefault((method, shape), operation.path)
        if first == operation.path:
            return True
        self._report(
            operation.steps,
            f"{first} is the same path and has a {method}, too; only that is served, so make one of both",
        )
        holder = operation.item["additionalOperations"] if operation.is_additional else operation.item
        del holder[operation.method]
        return False

    def _strip_fragment(self, operation: FoundOperation) -> str:
        """Give the path with that of its fragment which a request shows, which are parameters of the operation."""
        path, _, fragment = operation.path.partition("#")
        parameters = list_parameters(self._spec, operation)
        sent = {one["name"].lower() for one in parameters if one["in"] in ("query", "header")}
        told = [pair for pair in fragment.split("&") if pair.partition("=")[0].lower() in sent]
        return "#".join([path, *told])

    def _name_operation(self, operation: FoundOperation) -> None:
        document = operation.document
        name = document.get("operationId")
        if name and name not in self._names:
            self._names.add(name)
            return
        made_up = f"{operation.http_method} {operation.path}"
        while made_up in self._names or made_up in self._own_names:
            made_up += "'"
        self._names.add(made_up)
        if name:
            self._report(
                (*operation.steps, "operationId"),
                f"{name} is the name of another operation; this one is called {made_up}, so give it a name of its own",
            )
        document["operationId"] = made_up

    def _check_servers(self, holder: dict[str, Any], place: Steps) -> None:
        for index, server in enumerate(holder.get("servers", [])):
            variables = server.get("variables", {})
            for name in VARIABLE.findall(server["url"]):
                if "default" not in variables.get(name, {}):
                    self._report(
                        (*place, "servers", index, "url"),
                        f"{name} has no default; in a path any value is taken for it, so add it to variables",
                    )
            try:
                urlsplit(server["url"])
            except ValueError:
                self._report((*place, "servers", index, "url"), "is no address; it has no effect")

    def _check_variables(self, operation: FoundOperation) -> None:
        """Give each variable of the path a parameter."""
        described = {one["name"] for one in list_parameters(self._spec, operation) if one["in"] == "path"}
        document = operation.document
        # Behind the path a variable is a part of the query that may be left out.
        for name in dict.fromkeys(VARIABLE.findall(strip_query(operation.path))):
            if name not in described:
                self._suspect(
                    operation.steps,
                    f"the variable {name} of the path is no parameter; any text is taken for it, so describe it",
                )
                added = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                document["parameters"] = [*document.get("parameters", []), added]

    def _check_parameters(self, holder: dict[str, Any], place: Steps) -> None:
        """Remove the parameters of *holder* that are there twice, or of variables that the path does not have."""
        variables = VARIABLE.findall(str(place[1]))
        kept: dict[tuple[str, str], Any] = {}
        for number, one in enumerate(holder.get("parameters", [])):
            parameter = openapi.resolve_reference(self._spec, one)
            key = (parameter["name"], parameter["in"])
            if key in kept:
                if parameter != UNKNOWN_PARAMETER:
                    self._report(
                        (*place, "parameters", number),
                        f"{key[0]} in {key[1]} is there twice; the first counts, so remove one",
                    )
            elif key[1] == "path" and key[0] not in variables:
                self._report(
                    (*place, "parameters", number),
                    f"there is no {{{key[0]}}} in the path {place[1]}; it is left out, so correct the path or the name",
                )
            else:
                kept[key] = one
        if "parameters" in holder:
            holder["parameters"] = list(kept.values())
