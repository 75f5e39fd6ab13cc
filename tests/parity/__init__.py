"""Compares the replies of the embedded cloud with those that were recorded from AWS."""
