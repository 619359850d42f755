"""The contract of a server that takes other alternatives than the defaults."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from openapi.choices.choice import MARK, Alternative, Choice, read_choices
from openapi.choices.chosen import Chosen, check_chosen
from openapi.choices.error_body import escape_values, extract_values, fill_template
from openapi.choices.reach import find_operations, list_operations
from openapi.media_type import is_json
from openapi.pointer import find_node, unescape_step

# What an invalid request is answered where the default of a choice refuses nothing.
_INVALID = 400
_ERROR_BODY, _ERROR_CODES = "x-error-body", "x-error-codes"


def apply_choices(spec: Any, chosen: Chosen) -> Any:
    """Make the contract of a server that takes the alternatives in *chosen*; *spec* itself where all are defaults.

    Each choice that is not the default says in its member ``taken`` which alternative it is.
    Raises BadChoice; UnknownChoice.
    """
    choices = read_choices(spec)
    check_chosen(choices, chosen)
    # In the order of the contract, so that the same alternatives make the same contract.
    taken = [
        (choice, choice.alternatives[chosen[id_]])
        for id_, choice in choices.items()
        if chosen.get(id_, choice.default) != choice.default
    ]
    if not taken:
        return spec
    patched = copy.deepcopy(spec)
    for choice, alternative in taken:
        holder = find_node(patched, choice.at)
        _mark_taken(holder, choice.id, alternative.name)
        if alternative.contract is not None:
            _merge_patch(holder, alternative.contract)
    for choice, alternative in taken:
        _document_status(patched, choice, alternative)
    if any(one.error_body is not None or one.media_type is not None for _, one in taken):
        _rewrite_errors(patched, [one for _, one in taken])
    return patched


def _mark_taken(holder: Any, id_: str, name: str) -> None:
    mark = holder[MARK]
    for one in mark if isinstance(mark, list) else [mark]:
        if isinstance(one, dict) and one.get("id") == id_:
            one["taken"] = name


def _merge_patch(target: dict[str, Any], patch: Mapping[str, Any]) -> None:
    """Change *target* as a merge patch of RFC 7396 says."""
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        elif isinstance(value, dict):
            inner = target.get(name)
            if not isinstance(inner, dict):
                inner = target[name] = {}
            _merge_patch(inner, value)
        else:
            target[name] = copy.deepcopy(value)


def _document_status(spec: Any, choice: Choice, alternative: Alternative) -> None:
    """Document the status of *alternative* in the operations that the choice is about, if that of the default is."""
    status = alternative.status
    if status is None:
        return
    default = choice.alternatives[choice.default].status or _INVALID
    for operation in find_operations(spec, choice):
        responses = operation["responses"]
        if str(status) in responses:
            continue
        if status < _INVALID:
            response = _describe_redirect(alternative)
        elif str(default) in responses:
            # Not the same object: its examples have the status in them, in some APIs.
            response = copy.deepcopy(_follow_reference(spec, responses[str(default)]))
            response.pop(MARK, None)
            former = {"status": default, "code": _find_code(spec, default)}
            _rewrite_examples(spec, response, spec.get(_ERROR_BODY), former, status)
        else:
            continue
        # A new object, since several operations may share the old one.
        operation["responses"] = _insert_in_order(responses, str(status), response)


def _describe_redirect(alternative: Alternative) -> dict[str, Any]:
    where = f"The path with{'out' if alternative.slash == 'without' else ''} a slash at its end"
    location = {"description": where, "required": True, "schema": {"type": "string"}}
    return {"description": where, "headers": {"Location": location}}


def _insert_in_order(responses: Mapping[str, Any], status: str, response: Any) -> dict[str, Any]:
    """Insert *response* before the next higher status, where people look for it."""
    names = list(responses)
    place = next((number for number, other in enumerate(names) if str(other) > status), len(names))
    members = list(responses.items())
    return dict([*members[:place], (status, response), *members[place:]])


def _rewrite_errors(spec: Any, taken: Sequence[Alternative]) -> None:
    """Write the examples of all errors as the new error body, and their content in the new media type."""
    former_body = spec.get(_ERROR_BODY)
    for one in taken:
        if one.error_body is not None:
            spec[_ERROR_BODY] = copy.deepcopy(one.error_body)
    media_type = next((one.media_type for one in taken if one.media_type is not None), None)
    seen: set[int] = set()
    for _, operation in list_operations(spec):
        for status, given in operation["responses"].items():
            response = _follow_reference(spec, given)
            if not status.isdigit() or int(status) < _INVALID or id(response) in seen:
                continue
            seen.add(id(response))
            _rewrite_examples(spec, response, former_body, {}, int(status), media_type)
            content = response.get("content")
            if media_type is None or not content:
                continue
            only: dict[str, Any] = next(iter(content.values()))
            if not is_json(media_type):
                only["schema"] = {"type": "string"}
            response["content"] = {media_type: only}


def _rewrite_examples(
    spec: Any,
    response: Any,
    former_body: Any,
    former: Mapping[str, Any],
    status: int,
    media_type: str | None = None,
) -> None:
    """Write the examples of an error, which were made from *former_body*, for *status* and the error body of *spec*."""
    body = spec.get(_ERROR_BODY)
    if body is None:
        return
    for content in response.get("content", {}).values():
        for example in content.get("examples", {}).values():
            known = {**former, **extract_values(former_body, _follow_reference(spec, example).get("value"))}
            code = _find_code(spec, status) or known.get("code")
            example["value"] = fill_template(
                body, escape_values({**known, "status": status, "code": code}, media_type)
            )


def _find_code(spec: Any, status: int) -> Any:
    return spec.get(_ERROR_CODES, {}).get(str(status))


def _follow_reference(spec: Any, node: Any) -> Any:
    """Follow a reference; the package above does it with more care, and imports this one."""
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        steps = node["$ref"].removeprefix("#/").split("/")
        node = find_node(spec, tuple(map(unescape_step, steps)))
    return node
