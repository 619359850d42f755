"""The items that a contract alone starts with, and those in the document of a state: lists by their paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, model_validator

from mockserver import fixtures
from mockserver.http.problems import CannotStart, suggest_nearest
from mockserver.services.resources.collection import Collection
from mockserver.services.resources.item_store import item_key, make_record
from mockserver.services.service import Service
from mockserver.session.store import Key, Record
from openapi.text_file import NotUtf8, read_utf_8
from openapi.yaml_text import BadYaml, parse_yaml


class ResourceFixtures(fixtures.Fixtures):
    """Items by the path of their collection, such as ``/pets``."""

    model_config = ConfigDict(extra="allow")

    collections: ClassVar[Sequence[Collection]] = ()

    @model_validator(mode="before")
    @classmethod
    def _drop_surplus(cls, given: Any) -> Any:
        """Keep all keys, which are paths."""
        return given

    @model_validator(mode="after")
    def _check_items(self) -> ResourceFixtures:
        templates = [collection.template for collection in self.collections]
        for path, items in (self.model_extra or {}).items():
            collection = self._find_collection(path)
            if collection is None:
                raise ValueError(f"{path} is no path of a collection; {suggest_nearest(path, templates)}")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise ValueError(f"{path} must be a list of objects")
            known: set[str] = set()
            for number, item in enumerate(items):
                place, id_ = f"{path}[{number}].{collection.id_member}", item.get(collection.id_member)
                if id_ is None:
                    raise ValueError(f"{place} is required")
                if str(id_) in known:
                    raise ValueError(f"{place} is {id_}, as that of another item is")
                known.add(str(id_))
        return self

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield each item with its key."""
        for path, items in (self.model_extra or {}).items():
            collection = self._find_collection(path)
            if collection is None:
                continue
            for item in items:
                id_ = item[collection.id_member]
                yield item_key(path, id_), make_record(path, id_, item)

    @classmethod
    def render_records(cls, records: Mapping[Key, Record]) -> dict[str, Any]:
        """Render the items by their paths."""
        rendered: dict[str, Any] = {}
        for record in records.values():
            if record.get("item") is not None:
                rendered.setdefault(record["path"], []).append(record["item"])
        return rendered

    def take_known(self, other: ResourceFixtures) -> ResourceFixtures:
        """Make fixtures of this contract with the items of an *other*; those under unknown paths make no record."""
        return type(self).model_construct(**(other.model_extra or {}))

    @classmethod
    def _find_collection(cls, path: str) -> Collection | None:
        return next((collection for collection in cls.collections if collection.owns_path(path)), None)


def make_fixtures_model(collections: Sequence[Collection]) -> type[ResourceFixtures]:
    """Make the model of the fixtures of one contract, which knows its collections."""
    return type("ContractFixtures", (ResourceFixtures,), {"collections": collections, "__doc__": "Items."})


def take_items(services: Sequence[Service], file: Path) -> list[Service]:
    """Let *services* start with the items in *file*: by path, or by path under the name of each API.

    Raises CannotStart.
    """
    content = _read_items(file)
    names = [service.name for service in services]
    if any(str(path).startswith("/") for path in content):
        if len(services) > 1:
            raise CannotStart(
                f"{file}: may be of {' or '.join(names)}; put the paths under the name of the API"
            )
        content = {names[0]: content}
    for name in content:
        if name not in names:
            raise CannotStart(
                f"{file}: {name} is not a contract served here; {suggest_nearest(str(name), names)}"
            )
    return [
        replace(service, fixtures=_validate_items(content[service.name], service, file))
        if service.name in content
        else service
        for service in services
    ]


def _validate_items(items: Any, service: Service, file: Path) -> fixtures.Fixtures:
    try:
        return fixtures.validate_fixtures(items, type(service.fixtures))
    except fixtures.ValidationFailed as failed:
        raise CannotStart("\n".join(f"{file}: {complaint}" for complaint in failed.complaints)) from None


def _read_items(file: Path) -> dict[Any, Any]:
    try:
        content = parse_yaml(read_utf_8(file))
    except OSError as error:
        raise CannotStart(f"{file}: cannot be read: {error.strerror}") from None
    except (NotUtf8, BadYaml) as error:
        raise CannotStart(f"{file}: {error}") from None
    if not isinstance(content, dict):
        raise CannotStart(f"{file}: does not hold lists by their paths, such as '/pets: [{{id: 1}}]'")
    return content
