"""Processes, waits, interrupts, errors and redaction; knows nothing of AWS."""
