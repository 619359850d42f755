"""The judge judged: correct servers, servers that lie, servers that take liberties, and nonsense."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any


class NoSuchServer(LookupError):
    """A glob matches no server of the proof; the message names the nearest."""


def reference_of(api: str) -> type[Any]:
    """Return the correct server of *api*."""
    server: type[Any] = importlib.import_module(f"conformance.proof.reference.{api}").Reference
    return server


def mutants_of(api: str) -> list[type[Any]]:
    """List the servers of *api* that lie, each with the requirements it ``breaks``.

    They come by the names of their modules, and within a module as they are written.
    """
    return _list_servers(f"conformance.proof.mutants.{api}")


def liberties_of(api: str) -> list[type[Any]]:
    """List the servers of *api* that do what the document leaves open, in the order of mutants_of."""
    return _list_servers(f"conformance.proof.liberties.{api}")


def _list_servers(package: str) -> list[type[Any]]:
    found = importlib.import_module(package)
    names = sorted(module.name for module in pkgutil.walk_packages(found.__path__, f"{package}."))
    return [server for name in names for server in _public_classes(name)]


def _public_classes(name: str) -> list[type[Any]]:
    module = importlib.import_module(name)
    # What a module imports from another is that one's, and what begins with an underscore is only derived from.
    return [
        one
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == name and not one.__name__.startswith("_")
    ]
