"""The targets that a stack can be deployed to."""
