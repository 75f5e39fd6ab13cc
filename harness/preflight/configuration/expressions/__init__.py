"""Terraform's expressions: parsed and evaluated as far as values are known."""
