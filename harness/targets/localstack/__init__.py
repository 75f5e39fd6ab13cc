"""The target localstack."""
