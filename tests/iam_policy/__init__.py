"""The IAM policy of runs on an account, generated from what the gateway puts on record."""
