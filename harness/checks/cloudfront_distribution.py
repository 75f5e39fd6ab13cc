"""The distribution as CloudFront's API describes it."""

from typing import TYPE_CHECKING

from harness.checks.check import ServiceChecks, check
from harness.checks.evidence import Plane
from harness.checks.expect import expect, expect_equal
from harness.checks.resources import load_balancer
from harness.targets.base import Capability
from stack.tiers import Tier

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.type_defs import DistributionTypeDef

__all__ = ["Distribution"]

_CLOUDFRONT = (Capability.CLOUDFRONT,)
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
_ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


class Distribution(ServiceChecks):
    """Checks of the CloudFront distribution's configuration."""

    service = "cloudfront"
    tier = Tier.EDGE

    @check("the distribution is enabled and deployed", plane=Plane.CONTROL, requires=_CLOUDFRONT)
    def deployed(self) -> str:
        """Wait until it is deployed; one that is disabled never serves."""
        enabled = self.described()["DistributionConfig"]["Enabled"]
        expect(enabled, "an enabled distribution", f"Enabled: {enabled}")
        seen = self.context.eventually(
            lambda: self.described()["Status"],
            what="a deployed distribution",
            ready=lambda status: status == "Deployed",
        )
        return f"{self.described()['DomainName']}: enabled, {seen}"

    @check(
        "the only behaviour disables caching and passes everything to the load balancer",
        plane=Plane.CONTROL,
        requires=_CLOUDFRONT,
    )
    def behaviour(self) -> str:
        """Compare every setting of the default behaviour; there must be no other."""
        configured = self.described()["DistributionConfig"]
        behaviour = configured["DefaultCacheBehavior"]
        methods = behaviour.get("AllowedMethods", {})
        seen = {
            "other behaviours": configured.get("CacheBehaviors", {}).get("Quantity", 0),
            "cache policy": behaviour.get("CachePolicyId"),
            "origin request policy": behaviour.get("OriginRequestPolicyId"),
            "forwarded values": behaviour.get("ForwardedValues"),
            "allowed methods": set(methods.get("Items", ())),
            "cached methods": set(methods.get("CachedMethods", {}).get("Items", ())),
            "viewer protocol": behaviour["ViewerProtocolPolicy"],
            "compression": behaviour.get("Compress"),
            "target origin": behaviour["TargetOriginId"],
        }
        wanted = {
            "other behaviours": 0,
            "cache policy": _CACHING_DISABLED,
            "origin request policy": _ALL_VIEWER,
            "forwarded values": None,
            "allowed methods": set(_METHODS),
            "cached methods": {"GET", "HEAD"},
            "viewer protocol": "redirect-to-https",
            "compression": True,
            "target origin": self.context.config.origin_id,
        }
        expect_equal("default behaviour", seen, wanted)
        return "CachingDisabled and AllViewer alone, all seven methods, redirect-to-https"

    @check(
        "the only origin is the load balancer, over HTTP",
        plane=Plane.CONTROL,
        requires=(Capability.CLOUDFRONT, Capability.ELBV2),
    )
    def origin(self) -> str:
        """Compare the origin's address with the load balancer's own."""
        config, address = self.context.config, load_balancer(self.context)["DNSName"]
        origins = self.described()["DistributionConfig"]["Origins"]["Items"]
        seen = [
            (
                origin["Id"],
                origin["DomainName"].lower(),
                origin.get("CustomOriginConfig", {}).get("OriginProtocolPolicy"),
            )
            for origin in origins
        ]
        expect_equal("origins", seen, [(config.origin_id, address.lower(), "http-only")])
        return f"{config.origin_id} is {address}"

    def described(self) -> "DistributionTypeDef":
        """Return the distribution as CloudFront describes it now."""
        identifier = self.context.outputs.distribution_id or ""
        return self.context.clients.cloudfront.get_distribution(Id=identifier)["Distribution"]
