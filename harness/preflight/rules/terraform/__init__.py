"""Rules for Terraform itself: backends, references, names."""
