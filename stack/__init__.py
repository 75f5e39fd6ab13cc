"""The Product Catalog API stack: what is deployed. Imports nothing of the harness."""
