"""The Product Catalog API: the program of the ECS tasks (``python -m stack.api``).

Nothing is imported here: the container health check (``stack.api.healthcheck``) starts every
few seconds and must not load a web framework.
"""
