"""Benchmarks of a whole run and of preflight."""
