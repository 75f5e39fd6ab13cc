"""The edge: CloudFront in front of the load balancer."""

from .bindings import cloudfront_distribution as cloudfront
from .load_balancer import LoadBalancer
from .part import ConfiguredStack, Part
from .security_groups import HTTP_PORT, HTTPS_PORT

# Managed policies have the same id in every account:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"


class Edge(Part):
    """A distribution that caches nothing and forwards everything to the origin.

    CachingDisabled leaves query strings, headers and cookies out of the cache key, and what
    is not in the key reaches the origin only through an origin request policy: AllViewer.
    """

    def __init__(self, stack: ConfiguredStack, load_balancer: LoadBalancer) -> None:
        super().__init__(stack, "edge")
        config = stack.config
        distribution = cloudfront.CloudfrontDistribution(
            self,
            "distribution",
            enabled=True,
            comment=f"Product catalog {config.environment_suffix}",
            is_ipv6_enabled=True,
            http_version="http2",
            price_class="PriceClass_100",
            wait_for_deployment=config.cloudfront_wait_for_deployment,
            origin=[
                cloudfront.CloudfrontDistributionOrigin(
                    origin_id=config.origin_id,
                    domain_name=load_balancer.dns_name,
                    custom_origin_config={
                        "http_port": HTTP_PORT,
                        "https_port": HTTPS_PORT,
                        "origin_protocol_policy": "http-only",
                        "origin_ssl_protocols": ["TLSv1.2"],
                    },
                )
            ],
            # A cache policy, hence no forwarded values:
            # https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DefaultCacheBehavior.html
            default_cache_behavior={
                "target_origin_id": config.origin_id,
                "viewer_protocol_policy": "redirect-to-https",
                "allowed_methods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                "cached_methods": ["GET", "HEAD"],
                "compress": True,
                "cache_policy_id": CACHING_DISABLED,
                "origin_request_policy_id": ALL_VIEWER,
            },
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate={"cloudfront_default_certificate": True},
        )
        self._declare(
            distribution_id=distribution.id, distribution_domain_name=distribution.domain_name
        )
