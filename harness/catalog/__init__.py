"""The catalog stack: everything in the harness that depends on what the stack is."""
