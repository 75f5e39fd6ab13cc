"""Rules for Aurora and RDS."""
