"""The rules, one module or package per AWS service.

A new module is registered without further changes: rules for SQS belong into ``sqs.py`` here.
"""

import pkgutil
from functools import cache
from importlib import import_module

from harness.preflight.registry import Rule, registered_rules

__all__ = ["all_rules"]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Import every module of this package and return the registered rules, sorted by id."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        import_module(module.name)
    return registered_rules()
