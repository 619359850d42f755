"""A body in YAML."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mockserver.contract.body.charsets import decode_text
from mockserver.contract.body.content import Reader
from mockserver.contract.media_type import MediaType
from mockserver.contract.schema import Schema
from mockserver.http.exact_json import MAXIMUM_DEPTH
from mockserver.http.problems import Invalid, Violation
from openapi import Spec

_NAMES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/vnd.yaml")


def is_yaml(name: str) -> bool:
    """Tell whether a media type is YAML, or a kind of it such as ``application/apply-patch+yaml``."""
    return name in _NAMES or name.endswith("+yaml")


class YamlBody:
    """Reads YAML as the JSON that it stands for, and checks it by the schema of its media type."""

    def __init__(self, media: Mapping[str, Any], spec: Spec) -> None:
        self._schema = Schema(media.get("schema", {}), spec)

    def compile(self) -> None:
        """Compile the schema."""
        self._schema.compile()

    def is_absent(self, raw: bytes) -> bool:
        """Tell whether *raw* is white space."""
        return not raw.strip()

    def make_reader(self, sent: MediaType) -> Reader:
        """Make what reads it in the charset that was sent."""
        # Here, since few contracts take YAML, and the one of the APIs is loaded without it.
        from openapi.yaml_text import BadYaml, parse_yaml, to_json_form

        charset = sent.parameters.get("charset", "utf-8")

        def read_yaml(raw: bytes, violations: list[Violation]) -> Any:
            try:
                value = to_json_form(parse_yaml(decode_text(raw, charset)), MAXIMUM_DEPTH)
                _refuse_infinity(value)
            except BadYaml as error:
                raise Invalid([Violation("", f"the body {error}")]) from None
            except ValueError as error:
                raise Invalid([Violation("", f"the body is {error}")]) from None
            violations.extend(self._schema.find_violations(value))
            return value

        return read_yaml


def _refuse_infinity(value: Any) -> None:
    """Raise ValueError for a number that JSON has not."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("no JSON, since .inf and .nan are no numbers of it")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_infinity(part)
