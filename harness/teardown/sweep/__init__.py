"""Sweeping: removing what runs left behind in a target, and nothing else."""

from harness.teardown.sweep.report import SweepReport, SweptRun
from harness.teardown.sweep.selection import KnownRun
from harness.teardown.sweep.sweep import sweep

__all__ = ["KnownRun", "SweepReport", "SweptRun", "sweep"]
