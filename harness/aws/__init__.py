"""Clients, sessions, tags, errors and the catalog of AWS resources."""
