"""Synthesis of a stack to Terraform JSON."""
