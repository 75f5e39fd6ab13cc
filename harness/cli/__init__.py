"""The commands of ``catalog-harness``, one module each."""
