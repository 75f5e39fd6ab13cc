"""The AWS resources that runs create: per service, how each kind is listed and deleted."""
