from tests.unit.stack.conftest import SUFFIX
from tests.unit.stack.template import Template


def test_the_origin_is_the_load_balancer_over_http(template: Template) -> None:
    distribution = template.resource("aws_cloudfront_distribution")
    (origin,) = distribution["origin"]
    assert origin["origin_id"] == f"alb-origin-{SUFFIX}"
    assert origin["domain_name"] == template.resource("aws_lb").ref("dns_name")
    assert origin["custom_origin_config"] == {
        "http_port": 80,
        "https_port": 443,
        "origin_protocol_policy": "http-only",
        "origin_ssl_protocols": ["TLSv1.2"],
    }


def test_viewers_from_everywhere_use_cloudfronts_certificate(template: Template) -> None:
    distribution = template.resource("aws_cloudfront_distribution")
    assert (distribution["enabled"], distribution["is_ipv6_enabled"]) == (True, True)
    assert (distribution["http_version"], distribution["price_class"]) == (
        "http2",
        "PriceClass_100",
    )
    assert distribution["restrictions"] == {"geo_restriction": {"restriction_type": "none"}}
    assert distribution["viewer_certificate"] == {"cloudfront_default_certificate": True}


def test_the_distribution_is_distinguishable_from_others(template: Template) -> None:
    assert SUFFIX in template.resource("aws_cloudfront_distribution")["comment"]


def test_terraform_waits_for_the_edge_unless_configured_otherwise(
    template: Template, varied: Template
) -> None:
    assert template.resource("aws_cloudfront_distribution")["wait_for_deployment"] is True
    assert varied.resource("aws_cloudfront_distribution")["wait_for_deployment"] is False
