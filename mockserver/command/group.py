"""The commands of the stub, of which ``serve`` and ``mcp`` take the options of ``mockserver``, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openapi.command_line import CommandGroup

SERVE, AGENT = "serve", "mcp"
_TAKE_OUR_OPTIONS = (SERVE, AGENT)
_DEFAULT, _COMMAND_LINE = "DEFAULT", "COMMANDLINE"


class StubCommands(CommandGroup):
    """Takes its options behind ``serve`` and ``mcp``, too; ``mockserver serve`` means what ``mockserver`` means."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line, with our options behind such a command moved before it."""
        rest = super().parse_args(ctx, self._move_options(ctx, args))
        # What the file of settings says is for the options of this group. A command would take what stands there under
        # its own name for the defaults of its options.
        ctx.default_map = None
        return rest

    def _move_options(self, ctx: Any, args: list[str]) -> list[str]:
        if not set(_TAKE_OUR_OPTIONS) & set(args):
            return args
        # Asked of the parser, since the word may as well be the value of an option.
        rest = self.make_parser(ctx).parse_args(list(args))[1]
        if not rest or rest[0] not in _TAKE_OUR_OPTIONS or set(rest) & set(ctx.help_option_names):
            return args
        name = rest[0]
        own, moved = self._split_own_options(name, rest[1:])
        if moved and not moved[0].startswith("-"):
            ctx.fail(f"{name} takes options only, not {moved[0]!r}")
        return [*args[: len(args) - len(rest)], *moved, name, *own]

    def _split_own_options(self, name: str, words: Sequence[str]) -> tuple[list[str], list[str]]:
        """Split what stands behind the command *name* into its own options with their values, and the rest."""
        # The command serve repeats our options, which are for the group.
        options = [] if name == SERVE else [word for one in self.commands[name].params for word in one.opts]
        own: list[str] = []
        rest: list[str] = []
        before = ""
        for word in words:
            is_own = before in options or word.partition("=")[0] in options
            (own if is_own else rest).append(word)
            # A value that looks like an option is none.
            before = "" if before in options else word
        return own, rest


def list_set_options(context: Any, *, on_command_line: bool = False) -> list[str]:
    """Name the options of *context* that the user has set: anywhere, or on the command line."""
    sources = {one.name: context.get_parameter_source(one.name) for one in context.command.params}
    return [
        name
        for name, source in sources.items()
        if source is not None
        and (source.name == _COMMAND_LINE if on_command_line else source.name != _DEFAULT)
    ]
