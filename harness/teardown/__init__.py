"""Destroying a stack, proving that nothing is left, and sweeping."""
