"""What users of the wheel may lean on: every name on which a script, a profile or a test would break."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterator
from enum import EnumType
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, get_args

import typer
import yaml
from pydantic import BaseModel
from typer.testing import CliRunner

import openapi

COMMANDS = {"mockserver": "mockserver.command.cli", "conformance": "conformance.command.cli"}
CONTROL_PLANE = "mockserver/control/admin.yaml"


def collect_names(root: Path, report: dict[str, Any]) -> dict[str, list[str]]:
    """Map each kind of public name to its names; *report* is a report.json of a target that fails."""
    return {
        "command line": sorted(command_line()),
        "exit statuses": exit_statuses(),
        "environment variables": sorted(environment_variables(root)),
        "control plane": sorted(control_plane(root)),
        "report.json": sorted(set(key_paths(report))),
        "profile keys": sorted(profile_keys()),
        "fixtures keys": sorted(fixtures_keys()),
        "Python": sorted(python_names()),
        "pytest": sorted(pytest_names()),
        "contract extensions": sorted(extensions()),
    }


def command_line() -> Iterator[str]:
    """Yield each command, argument and flag with the values it may take and where else it is set."""
    for name, module in COMMANDS.items():
        yield from command_parts(name, typer.main.get_command(importlib.import_module(module).app))


def command_parts(path: str, command: Any) -> Iterator[str]:
    yield path
    for parameter in command.params:
        is_option = parameter.param_type_name == "option"
        names = "/".join([*parameter.opts, *parameter.secondary_opts]) if is_option else parameter.metavar
        kind = parameter.type_descriptor.annotation
        choices = [one.value for one in kind] if isinstance(kind, EnumType) else []
        marks = [
            "required" if parameter.required else "",
            "repeated" if parameter.multiple or parameter.nargs == -1 else "",
            f"= {parameter.default}" if isinstance(parameter.default, str | int | float) else "",
            f"of {', '.join(choices)}" if choices else "",
            f"from {parameter.envvar}" if parameter.envvar else "",
        ]
        yield " ".join([path, str(names), *filter(None, marks)])
    for name, inner in getattr(command, "commands", {}).items():
        yield from command_parts(f"{path} {name}", inner)


def exit_statuses() -> list[str]:
    """List what the help says of exit statuses."""
    app = importlib.import_module(COMMANDS["conformance"]).app
    shown = CliRunner().invoke(app, ["--help"], terminal_width=1000)
    return re.findall(r"Exit status of .*", shown.output)


def environment_variables(root: Path) -> set[str]:
    files = [file for package in COMMANDS for file in (root / package).rglob("*.py")]
    return {
        name
        for file in files
        for name in re.findall(r"\b(?:MOCKSERVER|CONFORMANCE)_[A-Z_]+\b", file.read_text())
    }


def control_plane(root: Path) -> Iterator[str]:
    """Yield each operation with its parameters and statuses, and each member of each schema."""
    spec = yaml.safe_load((root / CONTROL_PLANE).read_text(encoding="utf-8"))
    for path, item in spec["paths"].items():
        for method in openapi.METHODS:
            if operation := item.get(method):
                parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
                names = [one.get("name") or one["$ref"].rpartition("/")[2] for one in parameters]
                yield (
                    f"{method.upper()} {path} {operation['operationId']}({', '.join(sorted(names))}): "
                    f"{', '.join(sorted(map(str, operation['responses'])))}"
                )
    for name, schema in spec["components"]["schemas"].items():
        yield from (f"{name}{one}" for one in schema_members(schema))


def schema_members(schema: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield f": {schema['$ref'].rpartition('/')[2]}"
        return
    yield f": {schema.get('type', 'anything')}" + (f" of {schema['enum']}" if "enum" in schema else "")
    for name, inner in schema.get("properties", {}).items():
        mark = "" if name in schema.get("required", []) else "?"
        yield from (f".{name}{mark}{one}" for one in schema_members(inner))
    if isinstance(inner := schema.get("items"), dict):
        yield from (f"[]{one}" for one in schema_members(inner))


def key_paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of each member of a JSON value, and of its items as one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            is_data = path.endswith(("headers", "variables", "count", "counts"))
            yield from key_paths(inner, f"{path}.*" if is_data else f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from key_paths(inner, f"{path}[]")
    else:
        yield path.removeprefix(".")


def profile_keys() -> Iterator[str]:
    for api in openapi_names():
        yield from model_keys(api, importlib.import_module(f"conformance.apis.{api}.profile").Profile)


def fixtures_keys() -> Iterator[str]:
    for api in openapi_names():
        yield from model_keys(api, importlib.import_module(f"mockserver.apis.{api}").Fixtures)


def model_keys(path: str, model: type[BaseModel]) -> Iterator[str]:
    """Yield the path of each key that *model* reads, with a question mark where it may be left out."""
    for name, field in model.model_fields.items():
        inner = f"{path}.{field.alias or name}{'' if field.is_required() else '?'}"
        yield inner
        for cls in annotated_models(field.annotation):
            yield from model_keys(inner, cls)


def annotated_models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [cls for one in get_args(annotation) for cls in annotated_models(one)]


def python_names() -> Iterator[str]:
    """Yield what `import mockserver` offers, each class with its methods and their parameters."""
    module = importlib.import_module("mockserver")
    client = inspect.getmodule(module.MockServer)
    for name in [*module.__all__, "MockSession", "AsyncMockSession"]:
        value = getattr(client, name)
        yield name
        own = [cls for cls in inspect.getmro(value) if cls.__module__ == value.__module__]
        for attribute in sorted({one for cls in own for one in vars(cls)}):
            if attribute == "__init__" or not attribute.startswith("_"):
                member = inspect.getattr_static(value, attribute)
                yield f"{name}.{attribute}{parameter_names(member) if inspect.isfunction(member) else ''}"


def parameter_names(function: Callable[..., Any]) -> str:
    parameters = inspect.signature(function).parameters.values()
    return f"({', '.join('**' if one.kind == one.VAR_KEYWORD else one.name for one in parameters)})"


def pytest_names() -> Iterator[str]:
    """Yield the options and fixtures of both plugins."""
    for entry in entry_points(group="pytest11"):
        if entry.name in COMMANDS:
            plugin = entry.load()
            if hasattr(plugin, "pytest_addoption"):
                parser = RecordingParser()
                plugin.pytest_addoption(parser)
                yield from parser.options
            yield from (
                f"fixture {name}" for name, one in vars(plugin).items() if "Fixture" in type(one).__name__
            )


class RecordingParser:
    """As much of pytest's parser as a plugin needs to add its options."""

    def __init__(self) -> None:
        self.options: list[str] = []

    def getgroup(self, *_: str) -> RecordingParser:
        return self

    def addoption(self, *names: str, **_: Any) -> None:
        self.options += names


def extensions() -> set[str]:
    """Name every x-… of the contracts."""
    texts = [json.dumps(load_spec(api)) for api in openapi_names()]
    return {name for text in texts for name in re.findall(r'"(x-[a-z-]+)":', text)}


def openapi_names() -> list[str]:
    return openapi.api_names()


def load_spec(api: str) -> Any:
    return openapi.load_contract(api)
