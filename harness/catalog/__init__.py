"""The Product Catalog stack: the only package of the harness that imports ``stack``."""
