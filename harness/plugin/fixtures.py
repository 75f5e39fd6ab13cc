"""The fixtures: a deployed stack, and what is needed to look at it."""

from collections.abc import Iterator

import pytest
from filelock import ReadWriteLock

from harness.checks.alarms import Alarms
from harness.checks.alb import Alb
from harness.checks.context import CheckContext
from harness.deployment import Deployment
from harness.drift import DriftWatch, require_no_drift
from harness.errors import HarnessError
from harness.plugin.results import record_result
from harness.plugin.shared_stack import SharedStack
from harness.targets.base import Target
from stack.config import StackConfig
from stack.outputs import CatalogOutputs
