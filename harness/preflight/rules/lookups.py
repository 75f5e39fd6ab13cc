"""Registers the rules that ask the target; they live in ``harness.preflight.lookups``."""

from harness.preflight.lookups import (  # noqa: F401 - imported for the registration
    database,
    names,
    network,
    policies,
    quotas,
)
