"""The checks: each reads the deployed stack and yields evidence."""
