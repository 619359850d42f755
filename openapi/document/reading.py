"""Reading an OpenAPI file of any version, in YAML 1.2 or JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from openapi import BadSpec, Spec
from openapi.document.document import Document, Flaw
from openapi.document.grammar import DOCUMENT
from openapi.document.inspection import Inspection, Owner
from openapi.document.operations import OperationCheck, walk_operations
from openapi.document.references import References
from openapi.pointer import Steps
from openapi.text_file import NotUtf8, read_utf_8

# Whatever walks a contract recurses, a few frames for each level.
_DEEPEST = 200
# By the second number of a version.
_NEWEST = {"0": "3.0.4", "1": "3.1.1", "2": "3.2.0"}
_LONGEST_COMPLAINT = 300


def read_document(file: Path) -> Document:
    """Read the contract in *file*, whatever is wrong with it.

    Raises BadSpec, in one line, for what is no OpenAPI at all.
    """
    try:
        repeated: list[Steps] = []
        document = make_document(_read_json_form(file, repeated), file)
        document.flaws[:0] = [
            Flaw(place, "is there twice; the last one counts, so remove one") for place in repeated
        ]
        return document
    except RecursionError:
        raise BadSpec(f"{file}: nested too deep to be read") from None


def make_document(spec: Spec, file: Path) -> Document:
    """Make the document of *spec*, the JSON form of what stands in *file*, which is changed by it.

    Raises BadSpec for a version that cannot be read.
    """
    document = Document(file, _find_version(spec, file), spec, files=[file])
    _settle_version(document)
    inspection = Inspection(
        spec,
        is_modern=not spec["openapi"].startswith("3.0"),
        has_old_items="draft-0" in str(spec.get("jsonSchemaDialect")),
    )
    DOCUMENT.check(inspection, spec)
    inspection.flaws[:0] = document.flaws
    reported = {flaw.place for flaw in inspection.flaws}
    broken = References(spec, inspection, reported).settle_all()
    spec.setdefault("paths", {})
    _check_info(inspection, spec)
    flaws = [*inspection.flaws, *OperationCheck(spec).check_all()]
    # A part to which several references lead is looked at for each.
    document.flaws = list(dict.fromkeys(flaws))
    for path, method, _, _ in walk_operations(spec):
        reason = broken.get(Owner("paths", path, method)) or broken.get(Owner("paths", path))
        if reason is not None:
            document.unusable[path, method] = reason
    return document


def _settle_version(document: Document) -> None:
    """Give the version three numbers that are known."""
    spec, version = document.spec, document.version
    minor = re.fullmatch(r"3\.([012])(\..*)?", version)
    if re.fullmatch(r"3\.[012]\.[0-9]+", version) is None:
        known = _NEWEST[minor[1] if minor else "0" if version == "3" else "2"]
        document.flaws.append(Flaw(("openapi",), f"{version} is read as {known}, so write that"))
        spec["openapi"] = known


def _check_info(inspection: Inspection, spec: Spec) -> None:
    info = spec.setdefault("info", {})
    for name in ("title", "version"):
        if not info.get(name):
            inspection.report_at(("info", name), "is missing; it is shown where the API is named, so add it")
            info[name] = ""


def _read_json_form(file: Path, repeated: list[Steps]) -> Spec:
    """Read *file* as the JSON that it stands for; members that are there twice are added to *repeated*."""
    from openapi.yaml_text import BadYaml

    try:
        spec = _parse_text(read_utf_8(file), repeated, is_json=file.suffix == ".json")
    except OSError as error:
        raise BadSpec(f"{file}: cannot be read: {error.strerror or error}") from None
    except RecursionError:
        raise BadSpec(f"{file}: nested too deep to be read") from None
    except (NotUtf8, BadYaml, ValueError) as error:
        raise BadSpec(f"{file}: {' '.join(str(error).split())[:_LONGEST_COMPLAINT]}") from None
    if not isinstance(spec, dict) or not {"openapi", "swagger"} & spec.keys():
        raise BadSpec(f"{file}: not an OpenAPI document; it needs an 'openapi' member at its root")
    return spec


def _parse_text(text: str, repeated: list[Steps], *, is_json: bool) -> Any:
    """Read JSON or YAML, whichever *text* is, as the JSON that it stands for.

    is_json: what the file's name says, which counts only where it is neither.
    """
    from openapi.yaml_text import BadYaml

    if not text.lstrip().startswith(("{", "[")):
        return _parse_yaml(text, repeated)
    try:
        # Much faster, and most of what begins so is JSON.
        content = json.loads(text)
    except ValueError as error:
        try:
            return _parse_yaml(text, repeated)
        except BadYaml:
            if is_json:
                raise error from None
            raise
    _check_depth(content)
    return content


def _check_depth(content: Any) -> None:
    """Raise ValueError for more levels than those who walk a contract can take."""
    level = [content] if isinstance(content, (dict, list)) else []
    for _ in range(_DEEPEST + 1):
        parts = (part for node in level for part in (node.values() if isinstance(node, dict) else node))
        level = [part for part in parts if isinstance(part, (dict, list))]
    if level:
        raise ValueError(f"nested deeper than {_DEEPEST} levels")


def _parse_yaml(text: str, repeated: list[Steps]) -> Any:
    from openapi.yaml_events import NotPlain, parse_plain_yaml
    from openapi.yaml_text import parse_yaml, to_json_form

    try:
        return parse_plain_yaml(text, _DEEPEST, repeated)
    except NotPlain:
        return to_json_form(parse_yaml(text, may_repeat_keys=True), _DEEPEST)


def _find_version(spec: Spec, file: Path) -> str:
    """Return the version that *spec* names; raises BadSpec for one that cannot be read."""
    name = "openapi" if "openapi" in spec else "swagger"
    version = str(spec[name]).strip()
    if re.fullmatch(r"3(\..*)?" if name == "openapi" else r"2(\..*)?", version) is None:
        raise BadSpec(f"{file}: {name} {version[:40]} is not known; 2.0, 3.0, 3.1 and 3.2 can be read")
    return version
