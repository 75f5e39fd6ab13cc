"""The progress of a run, its summary on a terminal, and its JSON and HTML reports."""
