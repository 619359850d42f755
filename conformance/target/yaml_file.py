"""Reading a YAML file that a person wrote: a profile, a list of waivers, a contract."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from conformance.target.model import BadProfile
from openapi.yaml_text import BadYaml, parse_yaml


def read_yaml(file: Path, what: str) -> Any:
    """Read a YAML file that is to hold *what*.

    Raises BadProfile if it cannot be read or is not YAML.
    """
    try:
        return parse_yaml(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadProfile(f"{file}: cannot be read: {error.strerror}; name {what}") from None
    except UnicodeDecodeError:
        raise BadProfile(f"{file}: is not UTF-8 text; name {what}") from None
    except BadYaml as error:
        raise BadProfile(f"{file}: {error}") from None


def render_comment(sentences: str) -> str:
    """Write sentences as lines of a YAML comment."""
    return textwrap.fill(sentences, 118, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
