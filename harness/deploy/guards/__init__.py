"""The guards: what must hold before the first call that changes something in a real account."""

from harness.deploy.guards.gate import require_permission

__all__ = ["require_permission"]
