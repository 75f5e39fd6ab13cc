"""Sweeping: removing what runs left behind in a target, and nothing else."""

from harness.sweep.ownership import KnownRun
from harness.sweep.report import SweepReport, SweptRun
from harness.sweep.sweeper import sweep

__all__ = ["KnownRun", "SweepReport", "SweptRun", "sweep"]
