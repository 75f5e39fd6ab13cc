"""Terraform: finds the program and the AWS provider, runs commands, returns typed results."""
