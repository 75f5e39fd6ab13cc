"""The targets: where a stack is deployed."""
