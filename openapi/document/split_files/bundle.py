"""Contracts that are split into several files, put together into one document."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from openapi import Spec
from openapi.document.document import Flaw
from openapi.document.split_files.file_tree import CannotTake, FilePart, FileTree, Pointer, ReadFile, TreeFile
from openapi.document.split_files.part_kinds import REFERABLE_KINDS, VITAL_KINDS, find_kind, list_groups
from openapi.pointer import Steps, escape_step

# Of what is copied from other files: one may be put into many places, each time with all that it refers to.
_MOST_NODES = 1_000_000
# As deep as a single file may be.
_DEEPEST = 100
_SUFFIXES = (".yaml", ".yml", ".json")
# A file, and the steps in it.
Origin = tuple[Path, Steps]
# What a file is called that stands for its folder.
_FOLDER_FILES = ("index", "_index")


class Bundled(NamedTuple):
    """A contract of several files in one document.

    files: all that were looked for. missing: why what a reference leads to could not be had, by its text, which stays.
    flaws: those of them that stand where no version of OpenAPI has references, so that nobody else tells of them.
    origins: the places of what comes from other files. unread: why some of the files could not be read.
    """

    spec: Spec
    files: list[Path]
    flaws: list[Flaw]
    missing: dict[str, str]
    origins: dict[Steps, Origin]
    unread: dict[Path, str]

    def find_origin(self, place: Steps) -> Origin | None:
        """Find the file, and the steps in it, where what is at *place* was written; None for the main file."""
        for end in range(len(place) if self.origins else 0, 0, -1):
            if place[:end] in self.origins:
                file, steps = self.origins[place[:end]]
                return file, (*steps, *place[end:])
        return None


def bundle_files(spec: Spec, file: Path, read: ReadFile) -> Bundled:
    """Put what *spec*, the content of *file*, refers to in other files into one document.

    read: reads a file in the types of JSON, and raises OSError or ValueError.

    Whatever a reference says, files are read in the folder of *file* and below it only, and nothing is fetched.
    What can be shared goes to where such contracts keep it, under the name of its member or its file; the rest is put
    in place of the reference.
    """
    if not _refers_outwards(spec):
        return Bundled(spec, [file], [], {}, {}, {})
    tree = FileTree(file, spec, read)
    bundle = _Bundle(tree, list_groups(str(spec.get("openapi", spec.get("swagger")))))
    document = bundle.build_document()
    return Bundled(document, tree.paths, bundle.flaws, bundle.missing, bundle.origins, tree.unread)


def _refers_outwards(spec: Spec) -> bool:
    """Tell whether anything in *spec* may refer to another file."""
    waiting: list[Any] = [spec]
    while waiting:
        node = waiting.pop()
        # A contract may have a million values.
        if type(node) is dict:
            if "$ref" in node and _leads_outwards(node["$ref"]):
                return True
            if (
                "mapping" in node
                and type(node["mapping"]) is dict
                and any(map(_names_file, node["mapping"].values()))
            ):
                return True
            waiting += node.values()
        elif type(node) is list:
            waiting += node
    return False


def _leads_outwards(reference: Any) -> bool:
    return isinstance(reference, str) and not reference.startswith("#")


def _names_file(value: Any) -> bool:
    """Tell whether a value in a discriminator's mapping is a file, and not the name of a schema."""
    return _leads_outwards(value) and ("/" in value or value.partition("#")[0].endswith(_SUFFIXES))


class _Bundle:
    """The document that is being put together.

    groups: for each kind that can be shared the steps to where that is done.
    """

    def __init__(self, tree: FileTree, groups: dict[str, tuple[str, ...]]) -> None:
        self.flaws: list[Flaw] = []
        self.missing: dict[str, str] = {}
        self.origins: dict[Steps, Origin] = {}
        self._tree = tree
        self._groups = groups
        self._places: dict[tuple[Path, Pointer, str], Steps] = {}  # of what is shared
        self._taken: dict[str, set[str]] = {kind: set() for kind in groups}
        self._waiting: deque[tuple[Steps, str, FilePart]] = deque()
        self._open_parts: list[tuple[Path, Pointer]] = []  # which are being put in place
        self._nodes_left = _MOST_NODES

    def build_document(self) -> Spec:
        for kind, group in self._groups.items():
            self._reserve_names(kind, group)
        document: Spec = self._copy_node(self._tree.main.content, "document", self._tree.main, ())
        while self._waiting:
            place, kind, part = self._waiting.popleft()
            _put_node(document, place, self._copy_part(part, kind, place))
        return document

    def _reserve_names(self, kind: str, group: Sequence[str]) -> None:
        """Keep the names that the main file gives, and let what it names so be that which others refer to."""
        try:
            shared = self._tree.open_part(self._tree.find_part(self._tree.main, group))
        except CannotTake:
            return
        is_main = shared.file is self._tree.main
        for name, part in shared.node.items() if isinstance(shared.node, dict) else ():
            self._taken[kind].add(name)
            reference = part.get("$ref") if isinstance(part, dict) else None
            if isinstance(reference, str) and not (is_main and reference.startswith("#")):
                try:
                    target, steps = self._tree.locate(reference, shared.file)
                except CannotTake:
                    continue  # which is told of where it is copied
                self._places.setdefault((target.path, steps, kind), (*group, name))

    def _copy_part(self, part: FilePart, kind: str, place: Steps) -> Any:
        self.origins[place] = (part.file.path, part.place)
        return self._copy_node(part.node, kind, part.file, place)

    def _copy_node(self, node: Any, kind: str, file: TreeFile, place: Steps) -> Any:
        """Copy *node*, something of *kind* in *file*, to *place*, with all that it refers to."""
        if isinstance(node, list):
            return [self._copy_node(item, kind, file, (*place, index)) for index, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        if file is not self._tree.main:
            self._nodes_left -= 1
        reference = node.get("$ref")
        if isinstance(reference, str) and (file is not self._tree.main or _leads_outwards(reference)):
            return self._replace_reference(node, kind, file, place)
        return self._copy_members(node, kind, file, place)

    def _copy_members(self, node: dict[str, Any], kind: str, file: TreeFile, place: Steps) -> dict[str, Any]:
        copy = {}
        for name, value in node.items():
            member = find_kind(kind, name)
            if member == "discriminator":
                value = self._copy_discriminator(value, file, (*place, name))
            elif member is not None:
                value = self._copy_node(value, member, file, (*place, name))
            copy[name] = value
        return copy

    def _copy_discriminator(self, node: Any, file: TreeFile, place: Steps) -> Any:
        mapping = node.get("mapping") if isinstance(node, dict) else None
        if not isinstance(mapping, dict):
            return node
        copy = dict(mapping)
        for value, reference in mapping.items():
            is_own = file is not self._tree.main and isinstance(reference, str) and reference.startswith("#/")
            if is_own or _names_file(reference):
                try:
                    copy[value] = self._share_target(reference, "schema", file)
                except CannotTake as error:
                    self._tell_missing((*place, "mapping", value), reference, file, error)
        return {**node, "mapping": copy}

    def _replace_reference(self, node: dict[str, Any], kind: str, file: TreeFile, place: Steps) -> Any:
        """Let a reference lead to where its target is in the one document, or put the target in its place."""
        reference = node["$ref"]
        beside = {name: value for name, value in node.items() if name != "$ref"}
        beside = self._copy_members(beside, kind, file, place)
        try:
            target, steps = self._tree.locate(reference, file)
            is_home = self._places.get((target.path, steps, kind)) == place
            if target is self._tree.main or (kind in self._groups and not is_home):
                return {**beside, "$ref": self._share_target(reference, kind, file)}
            content = self._copy_target(target, steps, kind, place)
        except CannotTake as error:
            self._tell_missing(place, reference, file, error, kind)
            return {**beside, "$ref": reference}
        return {**content, **beside} if isinstance(content, dict) else content

    def _share_target(self, reference: str, kind: str, file: TreeFile) -> str:
        """Find where the target of *reference* is, or is going to be, in the one document."""
        target, steps = self._tree.locate(reference, file)
        if target is self._tree.main:
            return _write_reference(steps)
        key = (target.path, steps, kind)
        if key not in self._places:
            self._check_size()
            try:
                part = self._tree.find_part(target, steps)
            except CannotTake:
                if not self._has_main(steps):
                    raise
                # Not what the reference says, and yet what many who split a file mean.
                return _write_reference(steps)
            if not isinstance(part.node, dict | bool):
                raise CannotTake("is no object")
            self._places[key] = (*self._groups[kind], self._find_free_name(kind, target, steps))
            self._waiting.append((self._places[key], kind, part))
        return _write_reference(self._places[key])

    def _copy_target(self, target: TreeFile, steps: Pointer, kind: str, place: Steps) -> Any:
        self._check_size()
        if (target.path, steps) in self._open_parts:
            raise CannotTake("leads back to itself")
        if len(place) > _DEEPEST:
            raise CannotTake(f"is left out: with it the contract is nested deeper than {_DEEPEST} levels")
        part = self._tree.find_part(target, steps)
        self._open_parts.append((target.path, steps))
        try:
            return self._copy_part(part, kind, place)
        finally:
            self._open_parts.pop()

    def _check_size(self) -> None:
        if self._nodes_left < 0:
            raise CannotTake("is left out: the contract has become too large; refer to it in fewer places")

    def _has_main(self, steps: Pointer) -> bool:
        try:
            self._tree.find_part(self._tree.main, steps)
        except CannotTake:
            return False
        return bool(steps)

    def _find_free_name(self, kind: str, file: TreeFile, steps: Pointer) -> str:
        stem = file.path.stem if file.path.stem not in _FOLDER_FILES else file.path.parent.name
        parts = [steps[-1]] if steps and not steps[-1].isdecimal() else [stem, *steps]
        name = _clean_name(parts)
        if name in self._taken[kind]:
            name = _clean_name([stem, *parts])
        free, number = name, 1
        while free in self._taken[kind]:
            number += 1
            free = f"{name}.{number}"
        self._taken[kind].add(free)
        return free

    def _tell_missing(
        self, place: Steps, reference: str, file: TreeFile, why: CannotTake, kind: str = "other"
    ) -> None:
        reason = str(why) if file is self._tree.main else f"{why} (named in {file.name})"
        self.missing.setdefault(reference, reason)
        if kind not in REFERABLE_KINDS:
            outcome = "what needs it answers 501" if kind in VITAL_KINDS else "it is left out"
            self.flaws.append(Flaw(place, f"{reference} {reason}; {outcome}"))


def _clean_name(parts: Sequence[str]) -> str:
    return ".".join(filter(None, (re.sub(r"[^\w.-]+", "-", part).strip("-.") for part in parts))) or "part"


def _write_reference(steps: Sequence[str | int]) -> str:
    return "/".join(["#", *(escape_step(str(step)) for step in steps)])


def _put_node(document: Spec, place: Steps, node: Any) -> None:
    *parents, name = place
    for step in parents:
        if not isinstance(document.get(str(step)), dict):
            document[str(step)] = {}
        document = document[str(step)]
    document[str(name)] = node
