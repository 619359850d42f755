"""The alternatives that somebody chooses for a stub: from a file, from words such as ``api/id=name``, from a report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openapi
from mockserver.http.problems import CannotStart, suggest_nearest
from mockserver.services.service import Service
from openapi.choices import UnknownChoice, check_chosen, read_choices
from openapi.text_file import NotUtf8, read_utf_8

# By the name of the API, the alternative of each choice that is chosen.
ChosenByApi = Mapping[str, Mapping[str, Any]]
# What the judge names what it saw if no alternative is like it.
_OTHER = "other"
_MOST_LISTED = 10


@dataclass(frozen=True)
class ChoiceSource:
    """What is chosen in one place.

    where: what a message about it begins with, such as the name of a file. notice: what a user should know of it.
    """

    chosen: ChosenByApi
    where: str = ""
    notice: str | None = None


def read_chosen(
    files: Iterable[Path], words: Iterable[str], reports: Iterable[Path]
) -> Iterator[ChoiceSource]:
    """Read what is chosen, that which wins last: *words* over *files*, and those over *reports*.

    Raises CannotStart for what cannot be read.
    """
    yield from map(_read_report, reports)
    yield from map(_read_file, files)
    yield from map(_parse_word, words)


def take_chosen(services: Sequence[Service], sources: Iterable[ChoiceSource]) -> list[Service]:
    """Make *services* that take the alternatives that are chosen for them; a built-in API need not be among them.

    Raises CannotStart for an unknown API, choice or alternative, naming the nearest.
    """
    served = {service.name: service for service in services}
    taken: dict[str, dict[str, str]] = {}
    for source in sources:
        if not isinstance(source.chosen, Mapping):
            raise CannotStart(f"{source.where}choices must be {{API: {{ID: NAME}}}}, not {source.chosen!r}")
        for api, names in source.chosen.items():
            taken.setdefault(api, {}).update(_check_names(served, api, names, source.where))
    return [
        service.choose(taken[service.name]) if taken.get(service.name) else service for service in services
    ]


def _check_names(served: Mapping[str, Service], api: str, names: Any, where: str) -> dict[str, str]:
    known = list(dict.fromkeys([*served, *openapi.api_names()]))
    if api not in known:
        raise CannotStart(f"{where}{api}: is no API with choices; {suggest_nearest(str(api), known)}")
    if not isinstance(names, Mapping):
        raise CannotStart(f"{where}{api}: must have its choices as {{ID: NAME}}, not {names!r}")
    choices = served[api].choices.choices if api in served else read_choices(openapi.load_contract(api))
    try:
        return check_chosen(choices, names, f"{where}{api}/")
    except UnknownChoice as error:
        raise CannotStart(str(error)) from None


def _parse_word(word: str) -> ChoiceSource:
    place, equals, name = word.partition("=")
    api, slash, id_ = place.partition("/")
    if not (equals and slash and api and id_ and name):
        raise CannotStart(f"--choose {word}: write API/ID=NAME, such as suprsend/unknown-channel=ignored")
    return ChoiceSource({api: {id_: name}})


def _read_file(file: Path) -> ChoiceSource:
    # Few runs need it, and the import would slow every start.
    from openapi.yaml_text import BadYaml, parse_yaml

    try:
        content = parse_yaml(_read_text(file))
    except BadYaml as error:
        raise CannotStart(f"{file}: {error}") from None
    if content is None:
        content = {}
    if isinstance(content, dict) and {"requirements", "verdict"} <= content.keys():
        raise CannotStart(f"{file}: is a report of conformance run; --like reads what it says of choices")
    if not isinstance(content, dict) or not all(isinstance(one, dict | None) for one in content.values()):
        raise CannotStart(
            f"{file}: must have an API's choices under its name, such as suprsend: {{ID: NAME}}"
        )
    return ChoiceSource({str(api): names or {} for api, names in content.items()}, f"{file}: ")


def _read_report(file: Path) -> ChoiceSource:
    """Read what a report saw; what it could not tell, or what no alternative is like, is not chosen."""
    file = file / "report.json" if file.is_dir() else file
    try:
        report = json.loads(_read_text(file))
        api, requirements = report["api"], report["requirements"]
        seen = [one["observed"] for one in requirements if one.get("observed")]
        named = [(str(one["choice"]), one["alternative"]) for one in seen]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise CannotStart(f"{file}: is not a report.json of conformance run") from None
    if not seen:
        raise CannotStart(f"{file}: says nothing of choices; run this version of conformance again")
    if api not in openapi.api_names():
        raise CannotStart(f"{file}: is about {api}, which is no built-in API")
    found: dict[str, set[str]] = {}
    for id_, name in named:
        found.setdefault(id_, set()).update(set() if name is None else {str(name)})
    choices = read_choices(openapi.load_contract(api))
    if found.keys().isdisjoint(choices):
        raise CannotStart(
            f"{file}: names no choice of {api} that is known here; run this version of conformance again"
        )
    # As the judge itself does where several requirements saw a choice: if they differ, there is no name for it.
    alike = {id_: next(iter(names)) for id_, names in found.items() if id_ in choices and len(names) == 1}
    taken = {id_: name for id_, name in alike.items() if name in choices[id_].alternatives}
    strange = [f"{id_}={name}" for id_, name in alike.items() if id_ not in taken and name != _OTHER]
    untold = len(choices) - len(taken) - len(strange)
    notice = f"{file}: {len(taken)} of {len(choices)} choices of {api} are taken, {untold} were not told"
    unknown = [*(id_ for id_ in found if id_ not in choices), *strange]
    return ChoiceSource({api: taken}, f"{file}: ", f"{notice}{_list_unknown(unknown)}")


def _list_unknown(names: Sequence[str]) -> str:
    if not names:
        return ""
    rest = len(names) - _MOST_LISTED
    return f"; not known here: {', '.join(names[:_MOST_LISTED])}{f' and {rest} more' if rest > 0 else ''}"


def _read_text(file: Path) -> str:
    try:
        return read_utf_8(file)
    except OSError as error:
        raise CannotStart(f"{file}: cannot be read: {error.strerror}") from None
    except NotUtf8 as error:
        raise CannotStart(f"{file}: {error}") from None
