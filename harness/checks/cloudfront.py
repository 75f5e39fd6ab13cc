"""CloudFront: its settings, responses to viewers, and the requests that reach the origin."""

import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal, one
from harness.checks.framework.expected import Tier
from harness.checks.framework.resources import load_balancer
from harness.checks.probes.catalog_client import CatalogClient, body_of, items_of, new_product
from harness.run.evidence import Plane

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.type_defs import DistributionTypeDef

_EDGE = (Capability.CLOUDFRONT_DATA_PLANE,)
_TRAFFIC = (*_EDGE, Capability.ALB_DATA_PLANE, Capability.ECS_DATA_PLANE)
_DATABASE = (*_TRAFFIC, Capability.DATABASE_DATA_PLANE)
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
_CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
_ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_MISS = "Miss from cloudfront"
# Far above any origin's threshold for compression, and far below the API's limit.
_COMPRESSIBLE = "All work and no play makes a product catalog a dull read. " * 60


class CloudFront(ServiceChecks):
    """Checks of the CloudFront distribution and the requests that pass through it."""

    service = "cloudfront"
    tier = Tier.EDGE
    requires = (Capability.CLOUDFRONT,)

    @check("the distribution is enabled and deployed")
    def deployed(self) -> str:
        """Wait until it is deployed; a disabled one serves nothing."""
        enabled = self._distribution()["DistributionConfig"]["Enabled"]
        expect(enabled, "an enabled distribution", f"Enabled: {enabled}")
        actual = self.context.eventually(
            lambda: self._distribution()["Status"],
            what="a deployed distribution",
            ready=lambda status: status == "Deployed",
        )
        return f"{self._distribution()['DomainName']}: enabled, {actual}"

    @check("the only behaviour disables caching and forwards all requests to the load balancer")
    def behaviour(self) -> str:
        """Compare every setting of the default behaviour; there must be no other behaviour."""
        configured = self._distribution()["DistributionConfig"]
        behaviour = configured["DefaultCacheBehavior"]
        methods = behaviour.get("AllowedMethods", {})
        actual = {
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
        expected = {
            "other behaviours": 0,
            "cache policy": _CACHING_DISABLED,
            "origin request policy": _ALL_VIEWER,
            "forwarded values": None,
            "allowed methods": set(_METHODS),
            "cached methods": {"GET", "HEAD"},
            "viewer protocol": "redirect-to-https",
            "compression": True,
            "target origin": self.context.expected.origin_id,
        }
        expect_equal("default behaviour", actual, expected)
        return "CachingDisabled and AllViewer alone, all seven methods, redirect-to-https"

    @check("the only origin is the load balancer, over HTTP", requires=(Capability.ELBV2,))
    def origin(self) -> str:
        """Compare the origin's address with the load balancer's DNS name."""
        stack, address = self.context.expected, load_balancer(self.context)["DNSName"]
        origins = self._distribution()["DistributionConfig"]["Origins"]["Items"]
        actual = [
            (
                origin["Id"],
                origin["DomainName"].lower(),
                origin.get("CustomOriginConfig", {}).get("OriginProtocolPolicy"),
            )
            for origin in origins
        ]
        expect_equal("origins", actual, [(stack.origin_id, address.lower(), "http-only")])
        return f"{stack.origin_id} is {address}"

    @check("http is redirected to https", plane=Plane.DATA, requires=_EDGE)
    def redirects_to_https(self) -> str:
        """Request a path with a query string over http."""
        domain = self._domain()
        response = self.context.request("GET", f"http://{domain}/products?limit=1")
        actual = (response.status_code, response.headers.get("Location"))
        expect_equal("redirect", actual, (301, f"https://{domain}/products?limit=1"))
        return f"http://{domain} returns 301 to https"

    @check(
        "products are written to PostgreSQL and read back through CloudFront",
        plane=Plane.DATA,
        requires=_DATABASE,
        tiers=(Tier.SERVICE,),
    )
    def serves_products(self) -> str:
        """Create, find by category, replace, read and delete a product (POST, GET, PUT, DELETE)."""
        catalog, expected = self._catalog(), new_product()
        with catalog.product(expected) as created:
            path, category = f"/products/{created['id']}", expected["category"]
            expect_equal("products of the category", catalog.skus(category), [expected["sku"]])
            catalog.send("PUT", path, json={**expected, "price": "13.00"})
            expect_equal(
                "price after PUT", body_of(catalog.send("GET", path)).get("price"), "13.00"
            )
            catalog.send("DELETE", path, 204)
            catalog.send("GET", path, 404)
            expect_equal("products after DELETE", catalog.skus(category), [])
        return "a product was created, found, replaced, read and deleted"

    @check(
        "the query string reaches the origin as sent",
        plane=Plane.DATA,
        requires=_TRAFFIC,
        tiers=(Tier.SERVICE,),
    )
    def query_string_arrives(self) -> str:
        """Send two parameters with one name, and one that needs escaping."""
        probe = _probe()
        sent = [[probe, "1"], [probe, "2"], ["q", "a b&c=ü"]]
        path = f"/diagnostics/request?{urlencode([(name, value) for name, value in sent])}"
        expect_equal("query", body_of(self._catalog().send("GET", path)).get("query"), sent)
        return f"3 parameters arrived in order, {probe} twice"

    @check(
        "the viewer's headers reach the origin",
        plane=Plane.DATA,
        requires=_TRAFFIC,
        tiers=(Tier.SERVICE,),
    )
    def headers_arrive(self) -> str:
        """Send a header that nothing else sends."""
        name = f"x-{_probe()}"
        actual = self._diagnostics(headers={name: "1"}).get("header_names")
        expect(isinstance(actual, list) and name in actual, f"header {name} at the origin", actual)
        return f"{name} arrived"

    @check(
        "the viewer's cookies reach the origin",
        plane=Plane.DATA,
        requires=_TRAFFIC,
        tiers=(Tier.SERVICE,),
    )
    def cookies_arrive(self) -> str:
        """Send two cookies."""
        names = sorted([_probe(), _probe()])
        actual = self._diagnostics(cookies=dict.fromkeys(names, "1")).get("cookie_names")
        expect_equal("cookies", actual, names)
        return f"{' and '.join(names)} arrived"

    @check(
        "CloudFront caches no response", plane=Plane.DATA, requires=_DATABASE, tiers=(Tier.SERVICE,)
    )
    def nothing_is_cached(self) -> str:
        """Request one URL before and after a change: the response changes, each is a miss."""
        catalog, expected = self._catalog(), new_product()
        with catalog.product(expected) as created:
            before = catalog.search(expected["category"])
            catalog.send("PUT", f"/products/{created['id']}", json={**expected, "name": "Changed"})
            after = catalog.search(expected["category"])
        actual = [one(items_of(response), "product")["name"] for response in (before, after)]
        expect_equal("name before and after", actual, [expected["name"], "Changed"])
        caches = [response.headers.get("X-Cache") for response in (before, after)]
        expect_equal("X-Cache of both responses", caches, [_MISS, _MISS])
        return f"the second response was current; X-Cache: {_MISS}, twice"

    @check(
        "responses are compressed for viewers that accept it",
        plane=Plane.DATA,
        requires=_DATABASE,
        tiers=(Tier.SERVICE,),
    )
    def compresses(self) -> str:
        """Request one list with and without ``Accept-Encoding: gzip``.

        With caching disabled CloudFront does not compress; it forwards the viewer's
        Accept-Encoding to the origin and the origin's response to the viewer.
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
        """
        catalog, expected = self._catalog(), new_product(description=_COMPRESSIBLE)
        with catalog.product(expected):
            plain = catalog.search(expected["category"], headers={"Accept-Encoding": "identity"})
            small = catalog.search(expected["category"], headers={"Accept-Encoding": "gzip"})
        encodings = [response.headers.get("Content-Encoding") for response in (plain, small)]
        expect_equal("Content-Encoding for identity and gzip", encodings, [None, "gzip"])
        expect_equal("the two responses, decoded", body_of(small), body_of(plain))
        size = small.headers.get("Content-Length", "fewer")
        return f"{len(plain.content)} bytes plain, {size} with Content-Encoding: gzip"

    @check(
        "responses carry CloudFront's headers",
        plane=Plane.DATA,
        requires=_TRAFFIC,
        tiers=(Tier.SERVICE,),
    )
    def headers_of_cloudfront(self) -> str:
        """Compare Via, X-Cache and X-Amz-Cf-Id of the response of a task."""
        headers = self._catalog().send("GET", "/healthz").headers
        via = headers.get("Via", "")
        expect("cloudfront" in via.lower(), "Via to name CloudFront", repr(via))
        expect_equal("X-Cache", headers.get("X-Cache"), _MISS)
        expect("X-Amz-Cf-Id" in headers, "X-Amz-Cf-Id", sorted(headers))
        return f"Via: {via}; X-Cache: {_MISS}"

    def _distribution(self) -> "DistributionTypeDef":
        identifier = self.context.outputs.distribution_id or ""
        return self.context.clients.cloudfront.get_distribution(Id=identifier)["Distribution"]

    def _domain(self) -> str:
        return self._distribution()["DomainName"]

    def _catalog(self) -> CatalogClient:
        return CatalogClient(self.context, f"https://{self._domain()}")

    def _diagnostics(
        self, *, headers: dict[str, str] | None = None, cookies: dict[str, str] | None = None
    ) -> dict[str, object]:
        return body_of(
            self._catalog().send("GET", "/diagnostics/request", headers=headers, cookies=cookies)
        )


def _probe() -> str:
    return f"probe-{uuid.uuid4().hex[:8]}"
