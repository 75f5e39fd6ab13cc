"""Synthesizing the stack to Terraform JSON."""
