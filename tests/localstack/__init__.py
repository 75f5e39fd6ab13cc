"""The integration suite against a LocalStack: a running one, or one started for the suite."""
