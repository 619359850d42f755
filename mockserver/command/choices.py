"""``mockserver choices``: what the documents leave open, and which alternatives are in force."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from mockserver.command.build import read_settings_of_choices
from mockserver.command.settings import Settings
from mockserver.services import openapi_file
from mockserver.services.chosen import take_chosen
from mockserver.services.service import load_services
from openapi.choices import Choice, list_decisions
from openapi.terminal_text import clean_line


def list_choices(settings: Settings) -> Iterator[str]:
    """List the choices of all built-in APIs, and of the OpenAPI files that the settings name, as lines.

    Raises CannotStart for settings that choose what there is not.
    """
    services = [*load_services(), *(openapi_file.load_service(file) for file in settings.spec)]
    for service in take_chosen(services, read_settings_of_choices(settings)):
        yield f"{service.name}\n{'=' * len(service.name)}"
        for place, several in groupby(list_decisions(service.spec), key=itemgetter(0)):
            yield place
            for _, what in several:
                yield f"    {what if isinstance(what, str) else what.reason}"
                if not isinstance(what, str):
                    yield f"    {what.id}: {_list_alternatives(what, service.choices.names[what.id])}"
        yield ""


def _list_alternatives(choice: Choice, in_force: str) -> str:
    marks = {choice.default: ["default"]}
    marks.setdefault(in_force, []).append("in force")
    return clean_line(
        ", ".join(
            f"{name} ({', '.join(marks[name])})" if name in marks else name for name in choice.alternatives
        )
    )
