"""What a run tells its user: progress, a terminal summary, JSON and HTML reports."""
