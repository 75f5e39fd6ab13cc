"""Changes to a deployed stack outside Terraform, and the checks that notice each of them.

``python -m tests.mutations`` makes them one after another and prints the matrix.
"""
