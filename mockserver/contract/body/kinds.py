"""Which kind of body a media type is, and what reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.contract.body.content import Content
from mockserver.contract.body.form.body import FORM, MULTIPART, FormBody
from mockserver.contract.body.json_body import JsonBody
from mockserver.contract.body.sequence_body import SEQUENCES, SequenceBody
from mockserver.contract.body.text_body import BinaryBody, TextBody
from mockserver.contract.body.xml_body import XmlBody
from mockserver.contract.body.yaml_body import YamlBody, is_yaml
from mockserver.contract.choices_in_force import ChoicesInForce
from mockserver.contract.media_type import MediaType
from mockserver.contract.parameters.shape import Shape
from openapi.media_type import is_json, is_xml


class CannotRead(Exception):
    """A body of this media type cannot be what its schema asks for; the message says what to send."""


def make_content(
    name: str, sent: MediaType, media: Any, definition: Mapping[str, Any], choices: ChoicesInForce
) -> Content:
    """Make what reads a body that is *sent* as one of the media type *name* of a contract.

    media: the media type object.
    Raises CannotRead where it cannot be what the schema asks for.
    """
    media = media if isinstance(media, Mapping) else {}
    spec = choices.spec
    if is_json(sent.name):
        return JsonBody(media, definition, choices)
    # Where a contract takes anything, other kinds of multipart are no less a form than nothing that can be read.
    if sent.name in (FORM, MULTIPART) or (sent.name.startswith("multipart/") and "*" in name):
        return FormBody(media, spec, is_query=sent.name == FORM)
    if sent.name in SEQUENCES:
        return SequenceBody(sent.name, media, spec)
    if is_xml(sent.name):
        return XmlBody(media, spec)
    if is_yaml(sent.name):
        return YamlBody(media, spec)
    schema = media.get("schema", {})
    shape = Shape(schema, spec)
    is_text = shape.is_open or bool(shape.scalars)
    if not is_text and "*" in name:
        raise CannotRead("JSON, XML or a form, since its schema asks for an object or an array")
    kind = TextBody if sent.name.startswith("text/") else BinaryBody
    return kind(schema if is_text else {}, spec)
