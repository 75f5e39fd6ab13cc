"""The Product Catalog API stack: what is deployed. Knows nothing of the harness."""
