"""The Product Catalog API: what the ECS tasks run (``python -m stack.api``).

Nothing is imported here: the container health check (``stack.api.healthcheck``) starts every
few seconds and must not pay for a web framework.
"""
