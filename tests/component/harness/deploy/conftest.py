from tests.unit.harness.conftest import fake_run

__all__ = ["fake_run"]
