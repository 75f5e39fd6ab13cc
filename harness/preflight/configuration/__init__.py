"""The model of a Terraform configuration or plan that rules read."""
