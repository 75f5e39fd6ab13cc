"""Rules that ask the target for what only it can tell, one module per subject."""
