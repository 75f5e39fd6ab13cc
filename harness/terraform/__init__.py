"""Terraform: finding it and its provider, and running it with typed results."""
