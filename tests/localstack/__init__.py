"""The integration suite against a LocalStack: one that is there, or one started for it."""
