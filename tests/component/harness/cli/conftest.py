from tests.unit.harness.cli.conftest import call

__all__ = ["call"]
