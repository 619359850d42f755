"""``mockserver choices``: what the documents leave open, and which alternatives are in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from mockserver.command.build import take_chosen_settings
from mockserver.command.settings import Settings
from mockserver.http.problems import CannotStart, suggest_nearest
from mockserver.services import openapi_file
from mockserver.services.service import Service, load_services
from openapi.choices import Choice, list_decisions
from openapi.terminal_text import clean_line


def list_choices(settings: Settings, apis: Sequence[str] = ()) -> Iterator[str]:
    """List the choices of the built-in APIs, all unless the settings name some, and of their OpenAPI files, as lines.

    apis: those of them that are listed; none for all.
    Raises CannotStart for settings that choose what there is not, and for a name that is none of theirs.
    """
    services = [*load_services(settings.api), *(openapi_file.load_service(file) for file in settings.spec)]
    names = [service.name for service in services]
    for api in apis:
        if api not in names:
            raise CannotStart(f"{api}: is no API here; {suggest_nearest(api, names)}")
    wanted = [service for service in services if service.name in (apis or names)]
    for service in take_chosen_settings(wanted, settings):
        # The file may be somebody else's, whose names and reasons can hold anything.
        yield from map(clean_line, _list_choices_of(service))


def _list_choices_of(service: Service) -> Iterator[str]:
    yield service.name
    yield "=" * len(service.name)
    for place, several in groupby(list_decisions(service.spec), key=itemgetter(0)):
        yield place
        for _, what in several:
            yield f"    {what if isinstance(what, str) else what.reason}"
            if not isinstance(what, str):
                yield f"    {what.id}: {_list_alternatives(what, service.choices.names[what.id])}"
                yield from (
                    f"        {one.name}: {one.text}" for one in what.alternatives.values() if one.text
                )
    yield ""


def _list_alternatives(choice: Choice, in_force: str) -> str:
    marks = {choice.default: ["default"]}
    marks.setdefault(in_force, []).append("in force")
    return ", ".join(
        f"{name} ({', '.join(marks[name])})" if name in marks else name for name in choice.alternatives
    )
