"""The LocalStack target: an externally managed LocalStack."""
