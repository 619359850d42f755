"""What the command lines of both packages share: help that is not cut, and errors that say what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperGroup

from openapi.wording import reword_message

HELP_OPTIONS = ["--help", "-h"]


class CommandGroup(TyperGroup):
    """A group of commands as Typer has it, with its own words for what is wrong."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for command in self.commands.values():
            # Typer would cut what does not fit into the line.
            command.short_help = (command.help or "").partition("\n")[0]

    # Typer's contexts have a class that is not public, and so have its errors.
    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the options of the group."""
        with _reword_errors():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Parse the options of a command, and call it."""
        with _reword_errors():
            return super().invoke(ctx)


@contextmanager
def _reword_errors() -> Iterator[None]:
    """Change the words of an error that Typer raises, which is known by what it has."""
    try:
        yield
    except Exception as raised:
        error: Any = raised
        if hasattr(error, "possibilities") and getattr(error, "ctx", None) is not None:
            error.message += _suggest_option(error.option_name, error.ctx)
            error.possibilities = None
        elif hasattr(error, "param_hint"):
            error.message = _reword_value(error.message)
            error.param_hint = error.param_hint or _name_source(error)
        raise


def _suggest_option(name: str, context: Any) -> str:
    """Say which option was probably meant by *name*, or where it stands."""
    above = context.parent
    if above is not None and name in _list_options(above.command, above):
        return f"; it stands before the command: {above.command_path} {name} ... {context.info_name}"
    for command in getattr(context.command, "commands", {}).values():
        if name in _list_options(command, context):
            return f"; it stands behind a command: {context.command_path} {command.name} {name}"
    known = _list_options(context.command, context)
    if re.fullmatch("-[A-Za-z]", name):
        near = [option for option in known if option.startswith(f"-{name}")]
    else:
        near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _name_source(error: Any) -> str | None:
    """Say where a wrong value comes from; None for what Typer says of it."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    if context is None or parameter is None or parameter.param_type_name != "option":
        return None
    source = context.get_parameter_source(parameter.name)
    option = f"'{max(parameter.opts, key=len)}'"
    return {
        "COMMANDLINE": option,
        "ENVIRONMENT": f"{parameter.envvar} in the environment",
        "DEFAULT_MAP": f"{option} in the file of settings",
    }.get(getattr(source, "name", ""))


def _list_options(command: Any, context: Any) -> list[str]:
    return [option for one in command.get_params(context) for option in one.opts if option.startswith("-")]


def _reword_value(message: str) -> str:
    """Say what a value has to be, and name the nearest one where there are few."""
    plain = reword_message(message)
    choice = re.fullmatch(r"'(.*)' is not one of (.*?)\.?", plain)
    if choice is None:
        return plain
    known = re.findall(r"'([^']*)'", choice[2])
    near = difflib.get_close_matches(choice[1].lower(), known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"must be one of {', '.join(known)}, not {choice[1]!r}{hint}"
