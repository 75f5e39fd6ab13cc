"""Rules that look things up in the target."""
