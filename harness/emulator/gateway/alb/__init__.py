"""The load balancer: who is registered, who is healthy, where requests go."""
