from tests.unit.harness.preflight.conftest import synth

__all__ = ["synth"]
