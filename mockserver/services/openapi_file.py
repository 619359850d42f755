"""A contract without a behaviour, served from its own examples."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openapi
from mockserver import fixtures
from mockserver.contract.handler import Handler
from mockserver.contract.responses.example_handler import ExampleHandler
from mockserver.http.problems import CannotStart
from mockserver.services.resources.collection import find_collections
from mockserver.services.resources.fixtures import ResourceFixtures, make_fixtures_model, take_items
from mockserver.services.resources.handlers import ResourceHandlers
from mockserver.services.service import Service
from mockserver.session.store import Key, Record
from openapi import Spec
from openapi.choices import BadChoice, read_choices
from openapi.choices.choice import MARK
from openapi.document import Document, Flaw, read_document
from openapi.document.operations import walk_operations
from openapi.pointer import find_node, walk_marks


class NoFixtures(fixtures.Fixtures):
    """The fixtures of an API without a state."""

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield nothing."""
        yield from ()

    @classmethod
    def render_records(cls, records: Any) -> dict[str, Any]:  # noqa: ARG003 - there are none
        """Render the empty document."""
        return {}


def load_services(
    files: Sequence[Path], *, keeps_state: bool = False, items_file: Path | None = None
) -> list[Service]:
    """Make a service of each of the OpenAPI *files*, as load_service() does.

    items_file: the items that a state starts with, by the paths of their collections.
    Raises CannotStart.
    """
    services = [load_service(file, keeps_state=keeps_state) for file in files]
    if items_file is None:
        return services
    if not keeps_state:
        raise CannotStart(f"--items {items_file} has no effect without --state-by-path; add it")
    if not services:
        raise CannotStart(f"--items {items_file} has no effect without --spec; name the contract")
    return take_items(services, items_file)


def reload_service(service: Service) -> Service:
    """Make *service* anew of its file, which was edited; its choices stay, and the items whose paths are still there.

    Raises CannotStart, also where a file that it refers to could be read before and cannot be now.
    """
    items = service.fixtures
    new = load_service(Path(service.file), keeps_state=isinstance(items, ResourceFixtures))
    _check_files(service, new)
    if isinstance(items, ResourceFixtures) and isinstance(new.fixtures, ResourceFixtures):
        new = replace(new, fixtures=new.fixtures.take_known(items))
    return new.choose(service.chosen)


def _check_files(former: Service, new: Service) -> None:
    """Refuse *new* where an edit made a file of *former* unreadable."""
    if former.document is None or new.document is None:
        return
    was_read = set(former.document.files) - former.document.unread.keys()
    for file, reason in new.document.unread.items():
        if file in was_read:
            name = Path(os.path.relpath(file, Path(new.file).parent)).as_posix()
            raise CannotStart(f"{new.file}: {name} {reason}")


def load_service(file: Path, *, keeps_state: bool = False) -> Service:
    """Make a service of the OpenAPI file *file*, named after it, whatever is wrong with it.

    keeps_state: whether what is written to its paths is read again there.
    An operation without an operationId is called ``METHOD path``.
    Raises CannotStart for a file that is no OpenAPI, with one line that says why.
    """
    try:
        document = read_document(file)
    except openapi.BadSpec as error:
        raise CannotStart(" ".join(str(error).split())) from None
    _check_extensions(document)
    spec = document.spec
    if keeps_state:
        model = make_fixtures_model(find_collections(spec))
        return Service(
            file.stem,
            spec,
            None,
            model(),
            str(file),
            document=document,
            make_handlers=lambda spec: ResourceHandlers(spec, _make_handlers(spec), file.stem),
        )
    return Service(
        file.stem, spec, None, NoFixtures(), str(file), document=document, make_handlers=_make_handlers
    )


def _make_handlers(spec: Spec) -> dict[str, Handler]:
    """Make a handler of each operation."""
    return {operation.document["operationId"]: ExampleHandler() for operation in walk_operations(spec)}


def _check_extensions(document: Document) -> None:
    """Leave out what has the name of an extension of ours, and cannot be read as that."""
    spec = document.spec
    bodies = [name for name in ("x-error-body", "x-error-codes") if name in spec]
    if bodies and not all(isinstance(spec.get(name), dict) for name in ("x-error-body", "x-error-codes")):
        for name in bodies:
            del spec[name]
            document.flaws.append(
                Flaw((name,), "has no effect; it needs x-error-body and x-error-codes, both objects")
            )
    try:
        read_choices(spec)
    except BadChoice as error:
        document.flaws.append(Flaw((), f"{error}; no choice of this contract has an effect"))
        _remove_mark(spec, MARK)


def _remove_mark(spec: Spec, mark: str) -> None:
    for at, _ in list(walk_marks(spec, mark)):
        del find_node(spec, at)[mark]
