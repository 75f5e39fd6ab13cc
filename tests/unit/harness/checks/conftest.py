from tests.unit.harness.checks.world import world

__all__ = ["world"]
