"""A group of commands whose modules are imported when they are used."""

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True)
class CommandEntry:
    """Where a command is, and its line in the group's help.

    Attributes:
        module: Module that defines it under its own name.
        summary: First sentence of its help, which is shown without importing the module.
    """

    module: str
    summary: str


class LazyGroup(click.Group):
    """Imports only the command that is called: help and ``doctor`` need no AWS libraries.

    Args:
        entries: Command name -> where it is, in the order of the help.
    """

    def __init__(self, *args: Any, entries: Mapping[str, CommandEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = dict(entries)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Return the names in the order of the help."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None if there is none of that name."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(importlib.import_module(entry.module), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments call.

        Raises:
            click.UsageError: There is none; the message suggests one that is similar.
        """
        name = args[0]
        if name not in self.entries and name[:1].isalnum() and not ctx.resilient_parsing:
            similar = difflib.get_close_matches(name, self.entries, n=1)
            hint = f" Did you mean {similar[0]!r}?" if similar else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands into the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])
