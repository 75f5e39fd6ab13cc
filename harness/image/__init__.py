"""The container image of the API: built here, kept in ECR."""
