"""The AWS resources that runs create: how each service lists and deletes them."""
