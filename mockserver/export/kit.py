"""The files of a kit: each contract in the forms that a frontend and its tests use."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import yaml

import openapi
from mockserver.contract.operation import Operation
from mockserver.export import collection, handlers
from mockserver.export.answers import list_answers
from mockserver.export.text import render_template
from mockserver.http.problems import CannotStart
from mockserver.services.service import Service
from mockserver.stub import Stub
from openapi.text_file import read_utf_8

_TYPES = Path(__file__).parent / "types"


def build_kit(built_in: Sequence[Service], from_files: Sequence[Service] = ()) -> dict[str, str]:
    """Build the files of a kit, by their path in its folder; the same services give the same files.

    built_in: APIs that ship here, with their types. from_files: the user's own contracts.
    Raises CannotStart for a contract that the stub cannot serve, or that has nothing to export.
    """
    services = [*built_in, *from_files]
    release = version("preference-api-testbench")
    served: dict[str, list[Operation]] = {service.name: [] for service in services}
    for operation in Stub(services).operations:
        served[operation.api].append(operation)
    for service in services:
        if not served[service.name]:
            raise CannotStart(f"{service.file}: has no operation; there is nothing to export")
    files = {"msw/package.json": json.dumps({"type": "module"}) + "\n"}
    if built_in:
        files["fixtures.yaml"] = _render_fixtures(built_in)
    for service in services:
        is_built_in = any(service is one for one in built_in)
        source = openapi.contract_path(service.name) if is_built_in else Path(service.file)
        files |= _contract_files(service, served[service.name], source, release)
        if is_built_in:
            files[f"types/{service.name}.d.ts"] = (_TYPES / f"{service.name}.d.ts").read_text("utf-8")
    files["README.md"] = _render_readme(built_in, from_files, served, release)
    return dict(sorted(files.items()))


def _render_fixtures(built_in: Sequence[Service]) -> str:
    known = {
        service.name: service.fixtures.model_dump(mode="json", exclude_unset=True) for service in built_in
    }
    text = yaml.safe_dump(known, sort_keys=False, allow_unicode=True)
    return f"# What the stub knows at the start: mockserver --fixtures fixtures.yaml\n{text}"


def _contract_files(
    service: Service, operations: Sequence[Operation], source: Path, release: str
) -> dict[str, str]:
    """Build the files that every contract has."""
    return {
        f"openapi/{service.name}{source.suffix}": _render_contract(service, source),
        f"msw/{service.name}.js": handlers.render_module(service, operations, release),
        f"msw/{service.name}.d.ts": handlers.render_declarations(service, operations, release),
        f"collection/{service.name}.postman_collection.json": collection.render_collection(
            service, operations, release
        ),
    }


def _render_contract(service: Service, source: Path) -> str:
    """Render the contract: its file, or what follows from other alternatives than the defaults."""
    spec = service.choices.spec
    if spec is service.spec:
        return read_utf_8(source)
    if source.suffix == ".json":
        return json.dumps(spec, indent=2, ensure_ascii=False) + "\n"
    return yaml.safe_dump(spec, sort_keys=False, allow_unicode=True)


def _render_readme(
    built_in: Sequence[Service],
    from_files: Sequence[Service],
    served: Mapping[str, Sequence[Operation]],
    release: str,
) -> str:
    first, operations = next(iter(served.items()))
    commands = {service.name: "mockserver token" for service in from_files}  # any token will do
    commands |= {service.name: f"mockserver token --api {service.name}" for service in built_in}
    newman = [
        _newman_command(service, served[service.name], commands[service.name])
        for service in [*built_in, *from_files]
    ]
    return render_template(
        "README.md",
        release=release,
        built_in=[service.name for service in built_in],
        from_files=[(service.name, f"{service.name}{Path(service.file).suffix}") for service in from_files],
        first=first,
        call=operations[0].name,
        status=list_answers(operations[0])[-1].reply.status,
        newman=newman,
        is_token_asked=any("--env-var" in line for line in newman),
    )


def _newman_command(service: Service, operations: Sequence[Operation], command: str) -> str:
    tokens = [
        f' --env-var "{name}=$({command})"' for name in collection.list_token_variables(service, operations)
    ]
    return f"npx newman run collection/{service.name}.postman_collection.json{''.join(tokens)}"
