"""Processes, waits, interrupts, errors and redaction; independent of AWS and Terraform."""
