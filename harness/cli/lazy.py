"""A group of commands whose modules are imported on first use."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from harness.core.similar_name import similar_name


class LazyGroup(click.Group):
    """Imports only the called command: ``--help`` and ``doctor`` need no AWS libraries.

    Args:
        summaries: Command name -> first sentence of its help, in the order of the help.
        modules: Command name -> module that defines it as an attribute of the same name; by
            default this package has a module of that name, too.
    """

    def __init__(
        self, *args: Any, summaries: Mapping[str, str], modules: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.summaries = summaries
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Return the names in the order of the help."""
        return list(self.summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command; None if the name is unknown."""
        if cmd_name not in self.summaries:
            return None
        module = self._modules.get(cmd_name, f"{__package__}.{cmd_name}")
        command: click.Command = getattr(importlib.import_module(module), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name.

        Raises:
            click.UsageError: The name is unknown; the message suggests a similar one.
        """
        name = args[0]
        if name not in self.summaries and name[:1].isalnum() and not ctx.resilient_parsing:
            ctx.fail(f"No such command {name!r}{similar_name(name, self.summaries) or '.'}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Add the list of commands to the help."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries.items()))
