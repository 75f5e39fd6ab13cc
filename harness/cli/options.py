"""The options of the harness on the command line."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from harness.settings.options import OPTIONS, Option
from harness.settings.settings import HarnessSettings, load_settings

F = TypeVar("F", bound=Callable[..., Any])

# For commands that print a table or JSON; the parameter is ``layout``.
format_option = click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Output format.",
)


def harness_options(*names: str, **helps: str) -> Callable[[F], F]:
    """Add options of ``OPTIONS`` to a command, which receives them as ``**given``.

    Args:
        names: Names of the options, without the dashes.
        helps: Option field -> help text for this command, in place of the one in the table.
    """

    def decorate(command: F) -> F:
        for option in reversed([option for option in OPTIONS if option.name in names]):
            command = _click_option(option, helps.get(option.field, option.help))(command)
        return command

    return decorate


def settings_from(given: dict[str, Any], **fixed: str | bool | None) -> HarnessSettings:
    """Return the settings of a command; ``fixed`` replaces values of the user.

    Raises:
        UsageError: A value is invalid, such as a region that does not exist.
    """
    settings = load_settings({**given, **fixed})
    if "region" in given:
        from harness.aws.regions import require_region  # noqa: PLC0415 - imports botocore

        require_region(settings.region)
    return settings


def _click_option(option: Option, text: str) -> Callable[[F], F]:
    default = f" (default: {option.shown_default})" if option.default else ""
    variables = ", ".join(filter(None, (option.variable, option.standard)))
    text = f"{text[0].upper()}{text[1:]}{default}  [{variables}]"
    if option.kind == "flag":
        return click.option(f"--{option.name}", is_flag=True, help=text)
    return click.option(
        f"--{option.name}",
        metavar=option.metavar,
        multiple=option.kind == "lines",
        help=text,
        shell_complete=lambda *given: [
            each for each in option.choices if each.startswith(given[2])
        ],
    )
