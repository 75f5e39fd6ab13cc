"""What AWS accepts for the fields of the configuration, checked before anything is synthesized."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from stack.errors import ConfigError
from stack.rules.database import aurora, credentials
from stack.rules.environment import backend, names, tags, tiers
from stack.rules.finding import Finding
from stack.rules.network import network
from stack.rules.retention import retention
from stack.rules.task import capacity, task

if TYPE_CHECKING:
    from stack.config import StackConfig

__all__ = ["check"]

_RULES: tuple[Callable[["StackConfig"], Iterator[Finding]], ...] = (
    names,
    tiers,
    tags,
    network,
    task,
    capacity,
    aurora,
    credentials,
    retention,
    backend,
)


def check(config: "StackConfig") -> None:
    """Check every field, and the fields against one another.

    Raises:
        ConfigError: The first field with a value that AWS or the stack refuses.
    """
    for rule in _RULES:
        for name, right in rule(config):
            raise ConfigError(name, getattr(config, name), right)
