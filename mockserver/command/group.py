"""The commands of the stub, among which ``mockserver serve`` means what ``mockserver`` means."""

from __future__ import annotations

from typing import Any

from openapi.command_line import CommandGroup

SERVE = "serve"


class StubCommands(CommandGroup):
    """Takes its options behind ``serve``, too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the command line, with what stands behind ``serve`` moved before it."""
        rest = super().parse_args(ctx, self._move_options(ctx, args))
        # What the file of settings says is for the options of this group. A command would take what stands there under
        # its own name for the defaults of its options.
        ctx.default_map = None
        return rest

    def _move_options(self, ctx: Any, args: list[str]) -> list[str]:
        if SERVE not in args:
            return args
        # Asked of the parser, since the word may as well be the value of an option.
        rest = self.make_parser(ctx).parse_args(list(args))[1]
        if rest[:1] != [SERVE] or set(rest) & set(ctx.help_option_names):
            return args
        moved = rest[1:]
        if moved and not moved[0].startswith("-"):
            ctx.fail(f"serve takes options only, not {moved[0]!r}")
        return [*args[: len(args) - len(rest)], *moved, SERVE]
