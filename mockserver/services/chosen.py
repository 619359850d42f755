"""The alternatives that somebody chooses for a stub: from a file, from words such as ``api/id=name``, from a report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openapi
from mockserver.http.problems import CannotStart, suggest_nearest
from mockserver.services.service import Service
from openapi.choices import UnknownChoice, check_chosen, read_choices
from openapi.text_file import NotUtf8, read_utf_8

# By the name of the API, the alternative of each choice that is chosen.
ChosenByApi = Mapping[str, Mapping[str, Any]]


def read_chosen(file: Path | None, words: Iterable[str], report: Path | None) -> dict[str, dict[str, Any]]:
    """Read what is chosen; *words* win over *file*, and that over *report*.

    Raises CannotStart for what cannot be read.
    """
    chosen: dict[str, dict[str, Any]] = {}
    sources: list[ChosenByApi] = [] if report is None else [_read_report(report)]
    sources += [] if file is None else [_read_file(file)]
    sources += map(_parse_word, words)
    for source in sources:
        for api, names in source.items():
            chosen.setdefault(api, {}).update(names)
    return chosen


def take_chosen(services: Sequence[Service], chosen: ChosenByApi) -> list[Service]:
    """Make *services* that take the alternatives that are chosen for them; a built-in API need not be among them.

    Raises CannotStart for an unknown API, choice or alternative, naming the nearest.
    """
    if not isinstance(chosen, Mapping):
        raise CannotStart(f"choices must be {{API: {{ID: NAME}}}}, not {chosen!r}")
    served = {service.name: service for service in services}
    names = list(dict.fromkeys([*served, *openapi.api_names()]))
    checked = {}
    for api, wanted in chosen.items():
        if api not in names:
            raise CannotStart(f"{api}: is no API with choices; {suggest_nearest(str(api), names)}")
        if not isinstance(wanted, Mapping):
            raise CannotStart(f"{api}: must have its choices as {{ID: NAME}}, not {wanted!r}")
        choices = served[api].choices.choices if api in served else read_choices(openapi.load_contract(api))
        try:
            checked[api] = check_chosen(choices, wanted, f"{api}/")
        except UnknownChoice as error:
            raise CannotStart(str(error)) from None
    return [
        service.choose(checked[service.name]) if checked.get(service.name) else service
        for service in services
    ]


def _parse_word(word: str) -> ChosenByApi:
    place, equals, name = word.partition("=")
    api, slash, id_ = place.partition("/")
    if not (equals and slash and api and id_ and name):
        raise CannotStart(f"--choose {word}: write API/ID=NAME, such as suprsend/unknown-channel=ignored")
    return {api: {id_: name}}


def _read_file(file: Path) -> ChosenByApi:
    # Few runs need it, and the import would slow every start.
    from openapi.yaml_text import BadYaml, parse_yaml

    try:
        content = parse_yaml(_read_text(file))
    except BadYaml as error:
        raise CannotStart(f"{file}: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(isinstance(one, dict | None) for one in content.values()):
        raise CannotStart(
            f"{file}: must have an API's choices under its name, such as suprsend: {{ID: NAME}}"
        )
    return {str(api): names or {} for api, names in content.items()}


def _read_report(file: Path) -> ChosenByApi:
    """Read what a report saw; what it could not tell, or what no alternative is like, is not chosen."""
    file = file / "report.json" if file.is_dir() else file
    try:
        report = json.loads(_read_text(file))
        api, requirements = report["api"], report["requirements"]
        seen = [one["observed"] for one in requirements if one.get("observed")]
        names = [(str(one["choice"]), one["alternative"]) for one in seen if one["alternative"] is not None]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise CannotStart(f"{file}: is not a report.json of conformance run") from None
    if not seen:
        raise CannotStart(f"{file}: says nothing of choices; run this version of conformance again")
    if api not in openapi.api_names():
        raise CannotStart(f"{file}: is about {api}, which is no built-in API")
    found: dict[str, set[str]] = {}
    for id_, name in names:
        found.setdefault(id_, set()).add(str(name))
    choices = read_choices(openapi.load_contract(api))
    # As the judge itself does where several requirements saw a choice: if they differ, there is no name for it.
    alike = {id_: next(iter(seen_as)) for id_, seen_as in found.items() if len(seen_as) == 1}
    return {
        api: {
            id_: name for id_, name in alike.items() if id_ in choices and name in choices[id_].alternatives
        }
    }


def _read_text(file: Path) -> str:
    try:
        return read_utf_8(file)
    except OSError as error:
        raise CannotStart(f"{file}: cannot be read: {error.strerror}") from None
    except NotUtf8 as error:
        raise CannotStart(f"{file}: {error}") from None
