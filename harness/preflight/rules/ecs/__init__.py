"""Rules for ECS clusters, services, task definitions and containers."""
