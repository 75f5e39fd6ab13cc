"""Options and settings of the harness."""
