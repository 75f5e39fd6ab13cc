"""``catalog-harness synth``: the Terraform JSON of the stack, without a target."""

from pathlib import Path
from typing import Any

import click

from harness.commands.options import harness_options, settings_from
from harness.errors import UsageError
from harness.settings import new_environment_suffix
from harness.synth import synthesize
from stack.config import StackConfig
from stack.errors import ConfigError

__all__ = ["synth"]
