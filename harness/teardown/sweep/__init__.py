"""Sweeping: removing what runs left behind in a target, and nothing else."""
