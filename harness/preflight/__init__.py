"""Preflight: find what would make a deployment fail, before anything is deployed.

``engine.preflight(configuration, target=...)`` checks a configuration, which
``configuration.read_configurations`` reads (Terraform JSON, HCL, folders of them and plans), and
returns a report of findings.
"""
