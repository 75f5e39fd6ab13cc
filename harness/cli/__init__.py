"""The commands of ``catalog-harness``."""
