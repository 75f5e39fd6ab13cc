"""Tests of a project that deploys the catalog stack: the examples of docs/own-tests.md."""

import pytest

from catalog_harness import Alb, CatalogOutputs, Target


def test_every_target_is_healthy(catalog_alb: Alb) -> None:
    evidence = catalog_alb.targets_healthy()
    assert "2 of 2" in evidence.observed


@pytest.mark.catalog_requires("cloudfront-data-plane")
def test_products_through_the_edge(catalog_target: Target, catalog_outputs: CatalogOutputs) -> None:
    url = f"https://{catalog_outputs.distribution_domain_name}/products"
    assert catalog_target.http().get(url, timeout=30).status_code == 200
