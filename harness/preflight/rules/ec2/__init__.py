"""Rules for VPCs, subnets, routes and security groups."""
