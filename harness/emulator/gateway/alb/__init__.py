"""The Application Load Balancer: registered targets, health checks, round robin, metrics."""
