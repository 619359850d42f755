"""Reading an OpenAPI file of any version, in YAML 1.2 or JSON."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from openapi import BadSpec, Spec
from openapi.document.document import Document, Flaw
from openapi.document.grammar import DOCUMENT
from openapi.document.inspection import Inspection, Owner
from openapi.document.json_form import read_json_form
from openapi.document.operations import OperationCheck, walk_operations
from openapi.document.references import References
from openapi.document.split_files import Bundled, bundle_files
from openapi.document.swagger import Lifted, lift_swagger
from openapi.pointer import Steps

# By the second number of a version.
_NEWEST = {"0": "3.0.4", "1": "3.1.1", "2": "3.2.0"}
_LONGEST_COMPLAINT = 300


def read_document(file: Path) -> Document:
    """Read the contract in *file*, whatever is wrong with it.

    Raises BadSpec, in one line, for what is no OpenAPI at all.
    """
    try:
        repeated: list[Steps] = []
        document = make_document(_read_main_file(file, repeated), file)
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
    version = _find_version(spec, file)
    bundled = bundle_files(spec, file, read_json_form)
    lifted = lift_swagger(bundled.spec) if version.startswith("2") else None
    spec = lifted.spec if lifted else bundled.spec
    document = Document(
        file,
        version,
        spec,
        files=bundled.files,
        unread=bundled.unread,
        find_origin=partial(_find_origin, bundled, lifted),
    )
    if lifted is None:
        _settle_version(document)
    inspection = Inspection(
        spec,
        is_modern=not spec["openapi"].startswith("3.0"),
        has_old_items="draft-0" in str(spec.get("jsonSchemaDialect")),
        missing=bundled.missing,
    )
    described_schemes = _list_schemes(spec)
    DOCUMENT.check(inspection, spec)
    inspection.flaws[:0] = document.flaws
    reported = {flaw.place for flaw in inspection.flaws}
    broken = References(spec, inspection, reported).settle_all()
    spec.setdefault("paths", {})
    _check_info(inspection, spec)
    flaws = [*inspection.flaws, *OperationCheck(spec, broken, described_schemes).check_all()]
    unread = {(*flaw.place, "$ref") for flaw in bundled.flaws}
    flaws = [document.locate_flaw(flaw) for flaw in flaws if flaw.place not in unread]
    raw = [*bundled.flaws, *(lifted.flaws if lifted else ())]
    # A part to which several references lead is looked at for each.
    document.flaws = list(dict.fromkeys([*(_locate_early_flaw(bundled, flaw) for flaw in raw), *flaws]))
    for path, method, _, _ in walk_operations(spec):
        reason = broken.get(Owner("paths", path, method)) or broken.get(Owner("paths", path))
        if reason is not None:
            document.unusable[path, method] = reason
    return document


def _find_origin(bundled: Bundled, lifted: Lifted | None, place: Steps) -> tuple[Path | None, Steps]:
    if lifted is not None:
        place = lifted.origins.find_origin(place)
    return bundled.find_origin(place) or (None, place)


def _locate_early_flaw(bundled: Bundled, flaw: Flaw) -> Flaw:
    """Tell where what is wrong before the version counts was written."""
    file, place = bundled.find_origin(flaw.place) or (None, flaw.place)
    return Flaw(place, flaw.message, file)


def _settle_version(document: Document) -> None:
    """Give the version three numbers that are known."""
    spec, version = document.spec, document.version
    minor = re.fullmatch(r"3\.([012])(\..*)?", version)
    if re.fullmatch(r"3\.[012]\.[0-9]+", version) is None:
        known = _NEWEST[minor[1] if minor else "0" if version == "3" else "2"]
        document.flaws.append(Flaw(("openapi",), f"{version} is read as {known}, so write that"))
        spec["openapi"] = known


def _list_schemes(spec: Spec) -> list[str]:
    """List the names of the security schemes, before those that cannot be read are left out."""
    components = spec.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    return [*schemes] if isinstance(schemes, dict) else []


def _check_info(inspection: Inspection, spec: Spec) -> None:
    info = spec.setdefault("info", {})
    for name in ("title", "version"):
        if not info.get(name):
            wrong = "is empty" if name in info else "is missing"
            inspection.report_at(("info", name), f"{wrong}; it is shown where the API is named, so add it")
            info[name] = ""


def _read_main_file(file: Path, repeated: list[Steps]) -> Spec:
    """Read *file*, of which members that are there twice are added to *repeated*."""
    try:
        spec = read_json_form(file, repeated)
    except OSError as error:
        raise BadSpec(f"{file}: cannot be read: {error.strerror or error}") from None
    except RecursionError:
        raise BadSpec(f"{file}: nested too deep to be read") from None
    except ValueError as error:
        raise BadSpec(f"{file}: {' '.join(str(error).split())[:_LONGEST_COMPLAINT]}") from None
    if not isinstance(spec, dict) or not {"openapi", "swagger"} & spec.keys():
        raise BadSpec(f"{file}: not an OpenAPI document; it needs an 'openapi' member at its root")
    return spec


def _find_version(spec: Spec, file: Path) -> str:
    """Return the version that *spec* names; raises BadSpec for one that cannot be read."""
    name = "openapi" if "openapi" in spec else "swagger"
    version = str(spec[name]).strip()
    if re.fullmatch(r"3(\..*)?" if name == "openapi" else r"2(\..*)?", version) is None:
        raise BadSpec(f"{file}: {name} {version[:40]} is not known; 2.0, 3.0, 3.1 and 3.2 can be read")
    return version
