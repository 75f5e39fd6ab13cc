"""Rules that query the target; skipped offline."""
