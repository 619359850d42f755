"""What a kit holds: each contract as the files that a frontend and its tests work with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import yaml

import openapi
from mockserver.contract.operation import Operation
from mockserver.export import collection, handlers
from mockserver.export.answers import answers
from mockserver.export.text import rendered
from mockserver.services.service import Service
from mockserver.stub import Stub

_TYPES = Path(__file__).parent / "types"


def build_kit(own: Sequence[Service], guests: Sequence[Service] = ()) -> dict[str, str]:
    """Make the files of a kit, by their path in its folder; the same services make the same files.

    own: APIs that ship here, which bring their types along. guests: contracts of the user's own.
    Raises CannotStart for what the stub could not serve.
    """
    services = [*own, *guests]
    release = version("preference-api-testbench")
    served: dict[str, list[Operation]] = {service.name: [] for service in services}
    for operation in Stub(services).door.routes.operations:
        served[operation.api].append(operation)
    files = {"msw/package.json": json.dumps({"type": "module"}) + "\n"}
    if own:
        files["fixtures.yaml"] = _fixtures(own)
    for service in services:
        is_own = any(service is one for one in own)
        source = openapi.contract_path(service.name) if is_own else Path(service.file)
        files |= _of(service, served[service.name], source, release)
        if is_own:
            files[f"types/{service.name}.d.ts"] = (_TYPES / f"{service.name}.d.ts").read_text("utf-8")
    files["README.md"] = _introduction(own, guests, served, release)
    return dict(sorted(files.items()))


def _fixtures(own: Sequence[Service]) -> str:
    known = {service.name: service.fixtures.model_dump(mode="json", exclude_unset=True) for service in own}
    text = yaml.safe_dump(known, sort_keys=False, allow_unicode=True)
    return f"# What the stub knows at the start: mockserver --fixtures fixtures.yaml\n{text}"


def _of(service: Service, operations: Sequence[Operation], source: Path, release: str) -> dict[str, str]:
    """Make the files that every contract has."""
    return {
        f"openapi/{service.name}{source.suffix}": source.read_text("utf-8"),
        f"msw/{service.name}.js": handlers.module(service, operations, release),
        f"msw/{service.name}.d.ts": handlers.declarations(service, operations, release),
        f"collection/{service.name}.postman_collection.json": collection.document(
            service, operations, release
        ),
    }


def _introduction(
    own: Sequence[Service], guests: Sequence[Service], served: Mapping[str, Sequence[Operation]], release: str
) -> str:
    first, operations = next(iter(served.items()))
    commands = {service.name: "mockserver token" for service in guests}  # any token will do
    commands |= {service.name: f"mockserver token --api {service.name}" for service in own}
    newman = [_newman(service, served[service.name], commands[service.name]) for service in [*own, *guests]]
    return rendered(
        "README.md",
        release=release,
        own=[service.name for service in own],
        guests=[(service.name, f"{service.name}{Path(service.file).suffix}") for service in guests],
        first=first,
        call=operations[0].name,
        status=answers(operations[0])[-1].reply.status,
        newman=newman,
        is_token_asked=any("--env-var" in line for line in newman),
    )


def _newman(service: Service, operations: Sequence[Operation], command: str) -> str:
    tokens = [f' --env-var "{name}=$({command})"' for name in collection.tokens(service, operations)]
    return f"npx newman run collection/{service.name}.postman_collection.json{''.join(tokens)}"
