"""Deploys the Product Catalog API stack, proves that it works, and tears it down."""
