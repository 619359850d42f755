"""Reading a YAML file that a person wrote: a profile, a list of waivers, a contract."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import yaml

from conformance.target.model import BadProfile


def read_yaml(file: Path, what: str) -> Any:
    """Read a YAML file that is to hold *what*.

    Raises BadProfile if it cannot be read or is not YAML.
    """
    try:
        return yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a SafeLoader
    except OSError as error:
        raise BadProfile(f"{file}: cannot be read: {error.strerror}; name {what}") from None
    except UnicodeDecodeError:
        raise BadProfile(f"{file}: is not UTF-8 text; name {what}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadProfile(f"{file}: is not YAML: {describe_yaml_error(error)}") from None


def describe_yaml_error(error: Exception) -> str:
    """Say what a reader of YAML could not read, and where."""
    mark = getattr(error, "problem_mark", None)
    place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or type(error).__name__}{place}"


def render_comment(sentences: str) -> str:
    """Write sentences as lines of a YAML comment."""
    return textwrap.fill(sentences, 118, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


class _Loader(yaml.SafeLoader):
    """Refuses a key that is given twice, of which otherwise the last would win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping of *node*, each key once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"duplicate key {key.value!r}", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)
