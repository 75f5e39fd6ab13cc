"""The benchmark of a whole run."""
