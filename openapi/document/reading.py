"""Reading an OpenAPI file of any version, in YAML 1.2 or JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from openapi import BadSpec, Spec
from openapi.document.document import Document
from openapi.text_file import NotUtf8, read_utf_8

# Whatever walks a contract recurses, a few frames for each level.
_DEEPEST = 100
_LONGEST_COMPLAINT = 300


def read_document(file: Path) -> Document:
    """Read the contract in *file*, whatever is wrong with it.

    Raises BadSpec, in one line, for what is no OpenAPI at all.
    """
    spec = _read_json_form(file)
    return Document(file, _find_version(spec, file), spec, files=[file])


def _read_json_form(file: Path) -> Spec:
    """Read *file* as the JSON that it stands for."""
    from openapi.yaml_text import BadYaml, to_json_form

    try:
        spec = to_json_form(_parse_text(read_utf_8(file), is_json=file.suffix == ".json"), _DEEPEST)
    except OSError as error:
        raise BadSpec(f"{file}: cannot be read: {error.strerror or error}") from None
    except RecursionError:
        raise BadSpec(f"{file}: nested too deep to be read") from None
    except (NotUtf8, BadYaml, ValueError) as error:
        raise BadSpec(f"{file}: {' '.join(str(error).split())[:_LONGEST_COMPLAINT]}") from None
    if not isinstance(spec, dict) or not {"openapi", "swagger"} & spec.keys():
        raise BadSpec(f"{file}: not an OpenAPI document; it needs an 'openapi' member at its root")
    return spec


def _parse_text(text: str, *, is_json: bool) -> Any:
    """Read JSON or YAML, whichever *text* is.

    is_json: what the file's name says, which counts only where it is neither.
    """
    from openapi.yaml_text import BadYaml, parse_yaml

    if not text.lstrip().startswith(("{", "[")):
        return parse_yaml(text, may_repeat_keys=True)
    try:
        # Much faster, and most of what begins so is JSON.
        return json.loads(text)
    except ValueError as error:
        try:
            return parse_yaml(text, may_repeat_keys=True)
        except BadYaml:
            if is_json:
                raise error from None
            raise


def _find_version(spec: Spec, file: Path) -> str:
    """Return the version that *spec* names; raises BadSpec for one that cannot be read."""
    name = "openapi" if "openapi" in spec else "swagger"
    version = str(spec[name])
    if re.fullmatch(r"3\.[0-2](\..*)?" if name == "openapi" else r"2(\.0)?", version) is None:
        raise BadSpec(f"{file}: {name} {version[:40]} is not known; 2.0, 3.0, 3.1 and 3.2 can be read")
    return version
