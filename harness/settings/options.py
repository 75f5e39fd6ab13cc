"""The options of pytest, the command line and the environment, read from ``options.toml``."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ENVIRONMENT_PREFIX = "CATALOG_HARNESS_"


@dataclass(frozen=True)
class Option:
    """One option: ``--name`` of the command line, ``--catalog-name`` of pytest, a variable, an ini.

    Attributes:
        name: Name without the dashes, such as "environment-suffix".
        kind: text, flag, choice, number (positive), factor (an integer from 1 to 100) or lines (a
            repeatable option; elsewhere one value a line).
        default: Default value; False for flags.
        metavar: Placeholder for the value in ``--help``.
        standard: Environment variable with the same meaning that other programs read too;
            ``variable`` takes precedence.
    """

    name: str
    help: str
    kind: Literal["text", "flag", "choice", "number", "factor", "lines"] = "text"
    default: str | float | bool | None = None
    choices: tuple[str, ...] = ()
    metavar: str = "TEXT"
    standard: str = ""

    @property
    def field(self) -> str:
        """Name of the field in ``HarnessSettings``."""
        return self.name.replace("-", "_")

    @property
    def pytest_name(self) -> str:
        """Name of the option of pytest, without the dashes."""
        return f"catalog-{self.name}"

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return ENVIRONMENT_PREFIX + self.field.upper()

    @property
    def shown_default(self) -> str:
        """The default as ``--help`` shows it."""
        return f"{self.default:g}" if self.kind == "number" else str(self.default)

    @property
    def ini(self) -> str:
        """Name of the value in the ini file of pytest."""
        return f"catalog_{self.field}"


def _read_options() -> tuple[Option, ...]:
    text = Path(__file__).with_name("options.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)["option"]
    return tuple(Option(**{**each, "choices": tuple(each.get("choices", ()))}) for each in tables)


OPTIONS = _read_options()
TARGET_NAMES = next(option.choices for option in OPTIONS if option.name == "target")
