"""IAM roles and policy statements as rules read them."""
