"""A group of commands whose modules are imported on first use."""

import difflib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True)
class CommandEntry:
    """The module of a command, and its line in the help of the group.

    Attributes:
        module: Module that defines the command as an attribute of the same name.
        summary: First sentence of its help, shown without an import of the module.
    """

    module: str
    summary: str


class LazyGroup(click.Group):
    """Imports only the called command: ``--help`` and ``doctor`` need no AWS libraries.

    Args:
        entries: Command name -> its module and summary, in the order of the help.
    """

    def __init__(self, *args: Any, entries: Mapping[str, CommandEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries = dict(entries)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Return the names in the order of the help."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None if the name is unknown."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(importlib.import_module(entry.module), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name.

        Raises:
            click.UsageError: The name is unknown; the message suggests a similar one.
        """
        name = args[0]
        if name not in self.entries and name[:1].isalnum() and not ctx.resilient_parsing:
            similar = difflib.get_close_matches(name, self.entries, n=1)
            hint = f" Did you mean {similar[0]!r}?" if similar else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Add the list of commands to the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])
