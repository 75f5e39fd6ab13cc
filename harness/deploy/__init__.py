"""Deploying a stack: guards, preflight gate, apply."""
