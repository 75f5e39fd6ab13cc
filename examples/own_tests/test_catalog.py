"""Tests of a project that deploys the catalog stack (docs/own-tests.md, docs/own-check.md)."""

import pytest

from catalog_harness import (
    Alb,
    CatalogOutputs,
    CheckContext,
    Plane,
    ServiceChecks,
    Target,
    check,
    expect,
)


def test_every_target_is_healthy(catalog_alb: Alb) -> None:
    evidence = catalog_alb.targets_healthy()
    assert "2 of 2" in evidence.observed


@pytest.mark.catalog_requires("cloudfront-data-plane")
def test_products_through_the_edge(catalog_target: Target, catalog_outputs: CatalogOutputs) -> None:
    url = f"https://{catalog_outputs.distribution_domain_name}/products"
    assert catalog_target.http().get(url, timeout=30).status_code == 200


class Edge(ServiceChecks):
    service, tier = "edge", "edge"

    @check("the distribution answers within five seconds", plane=Plane.DATA)
    def answers_quickly(self) -> str:
        domain = self.context.outputs.distribution_domain_name
        answer = self.context.request("GET", f"https://{domain}/healthz")
        seconds = answer.elapsed.total_seconds()
        expect(seconds < 5, "an answer within 5 s", f"{seconds:.2f} s")
        return f"{answer.status_code} after {seconds:.2f} s"


def test_edge(catalog_check_context: CheckContext) -> None:
    Edge(catalog_check_context).answers_quickly()
