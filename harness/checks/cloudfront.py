"""CloudFront: its settings, responses to viewers, and the requests that reach the origin."""

import uuid
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests

from harness.aws.capability import Capability
from harness.checks.framework.check import ServiceChecks, check, expect, expect_equal, one
from harness.checks.framework.expected import Tier
from harness.checks.probes.catalog_client import CatalogClient, body_of, items_of, require_product
from harness.run.evidence import Plane

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.type_defs import DistributionTypeDef

_EDGE = (Capability.CLOUDFRONT_DATA_PLANE,)
_TRAFFIC = (*_EDGE, Tier.SERVICE, Capability.ALB_DATA_PLANE, Capability.ECS_DATA_PLANE)
_DATABASE = (*_TRAFFIC, Capability.DATABASE_DATA_PLANE)
_MISS = "Miss from cloudfront"
# Far above any origin's threshold for compression, and far below the API's limit.
_COMPRESSIBLE = "All work and no play makes a product catalog a dull read. " * 60


class CloudFront(ServiceChecks):
    """Checks of the CloudFront distribution and the requests that pass through it."""

    service = "cloudfront"
    requires = (Tier.EDGE, Capability.CLOUDFRONT)

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
        return f"{self._domain()}: enabled, {actual}"

    @check("the distribution is as configured: no caching, its only origin the load balancer")
    def configuration(self) -> str:
        """Compare every setting of the distribution, its behaviours, origins and metrics."""
        distribution: Any = self._distribution()
        described = {**distribution, **distribution["DistributionConfig"]}
        described |= self.read(
            self.context.clients.cloudfront,
            {"Monitoring": "get_monitoring_subscription"},
            DistributionId=distribution["Id"],
        )
        del described["DistributionConfig"]
        return self.compare("distribution", {distribution["Id"]: described})

    @check("http is redirected to https", *_EDGE, plane=Plane.DATA)
    def redirects_to_https(self) -> str:
        """Request a path with a query string over http."""
        domain = self._domain()
        response = self.context.request("GET", f"http://{domain}/products?limit=1")
        actual = (response.status_code, response.headers.get("Location"))
        expect_equal("redirect", actual, (301, f"https://{domain}/products?limit=1"))
        return f"http://{domain} returns 301 to https"

    @check(
        "products are written to PostgreSQL and read back through CloudFront",
        *_DATABASE,
        plane=Plane.DATA,
    )
    def serves_products(self) -> str:
        """POST, GET, PUT and DELETE through every task; each change is read from every task."""
        catalog = self._catalog()
        with catalog.products(each_task=True) as made:
            for each in made:
                catalog.require_everywhere(each, each.sent)
            one_of_them, changed = made[0], {**made[0].sent, "price": "13.00", "name": "New"}
            path = one_of_them.path
            catalog.each_task(lambda: catalog.send("PUT", path, json=changed))
            catalog.require_everywhere(one_of_them, changed)
            catalog.send("DELETE", path, 204)
            catalog.send("GET", path, 404)
            # CloudFront caches this status for ten seconds: the tasks are read without it.
            direct = CatalogClient.at_load_balancer(self.context)
            direct.each_task(lambda: direct.send("GET", path, 404))
            for response in catalog.each_task(lambda: catalog.search(changed["category"])).values():
                expect_equal("products after DELETE", items_of(response), [])
        return f"a product by each of {len(made)} tasks; every change was read from every task"

    @check("the query string reaches the origin as sent", *_TRAFFIC, plane=Plane.DATA)
    def query_string_arrives(self) -> str:
        """Send two parameters with one name, and one that needs escaping."""
        probe = _probe()
        sent = [[probe, "1"], [probe, "2"], ["q", "a b&c=ü"]]
        path = f"/diagnostics/request?{urlencode([(name, value) for name, value in sent])}"
        for body in self._bodies(path):
            expect_equal("query", body.get("query"), sent)
        return f"3 parameters arrived in order, {probe} twice"

    @check("the viewer's headers reach the origin", *_TRAFFIC, plane=Plane.DATA)
    def headers_arrive(self) -> str:
        """Send a header that nothing else sends."""
        name = f"x-{_probe()}"
        for body in self._bodies("/diagnostics/request", headers={name: "1"}):
            names = body.get("header_names")
            expect(isinstance(names, list) and name in names, f"header {name} at the origin", names)
        return f"{name} arrived"

    @check("the viewer's cookies reach the origin", *_TRAFFIC, plane=Plane.DATA)
    def cookies_arrive(self) -> str:
        """Send two cookies."""
        names = sorted([_probe(), _probe()])
        for body in self._bodies("/diagnostics/request", cookies=dict.fromkeys(names, "1")):
            expect_equal("cookies", body.get("cookie_names"), names)
        return f"{' and '.join(names)} arrived"

    @check("CloudFront caches no response", *_DATABASE, plane=Plane.DATA)
    def nothing_is_cached(self) -> str:
        """Request one URL before and after a change: every task responds, each time a miss."""
        catalog, caches = self._catalog(), set()
        with catalog.products() as [made]:
            for expected in (made.sent, {**made.sent, "name": "Changed"}):

                def search(expected: dict[str, str] = expected) -> requests.Response:
                    response = catalog.search(made.sent["category"])
                    require_product(one(items_of(response), "product"), expected)
                    caches.add(response.headers.get("X-Cache"))
                    return response

                catalog.send("PUT", made.path, json=expected)
                catalog.each_task(search)
        expect_equal("X-Cache of the responses", caches, {_MISS})
        return f"every response was current; X-Cache: {_MISS}, each time"

    @check("responses are compressed for viewers that accept it", *_DATABASE, plane=Plane.DATA)
    def compresses(self) -> str:
        """Request one list with and without ``Accept-Encoding: gzip``.

        With caching disabled CloudFront does not compress; it forwards the viewer's
        Accept-Encoding to the origin and the origin's response to the viewer.
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
        """
        catalog = self._catalog()
        with catalog.products(description=_COMPRESSIBLE.strip()) as [made]:
            search = partial(catalog.search, made.sent["category"])
            plain = catalog.each_task(lambda: search(headers={"Accept-Encoding": "identity"}))
            small = catalog.each_task(lambda: search(headers={"Accept-Encoding": "gzip"}))
        for responses, encoding in ((plain, None), (small, "gzip")):
            for response in responses.values():
                expect_equal("Content-Encoding", response.headers.get("Content-Encoding"), encoding)
                require_product(one(items_of(response), "product"), made.sent)
        [first, *_], [second, *_] = plain.values(), small.values()
        size = second.headers.get("Content-Length", "fewer")
        return f"{len(first.content)} bytes plain, {size} with Content-Encoding: gzip"

    @check("responses carry CloudFront's headers", *_TRAFFIC, plane=Plane.DATA)
    def headers_of_cloudfront(self) -> str:
        """Compare Via, X-Cache and X-Amz-Cf-Id of the response of a task."""
        catalog, via = self._catalog(), ""
        for response in catalog.each_task(lambda: catalog.send("GET", "/healthz")).values():
            headers = response.headers
            via = headers.get("Via", "")
            expect("cloudfront" in via.lower(), "Via to name CloudFront", repr(via))
            expect_equal("X-Cache", headers.get("X-Cache"), _MISS)
            expect("X-Amz-Cf-Id" in headers, "X-Amz-Cf-Id", sorted(headers))
        return f"Via: {via}; X-Cache: {_MISS}"

    def _distribution(self) -> "DistributionTypeDef":
        identifier = self.context.outputs.distribution_id or ""
        return self.context.clients.cloudfront.get_distribution(Id=identifier)["Distribution"]

    def _catalog(self) -> CatalogClient:
        return CatalogClient(self.context, f"https://{self._domain()}")

    def _domain(self) -> str:
        return self.context.once("distribution", lambda: self._distribution()["DomainName"])

    def _bodies(self, path: str, **request: Any) -> list[dict[str, Any]]:
        """Return the response of every task to one request."""
        catalog = self._catalog()
        responses = catalog.each_task(lambda: catalog.send("GET", path, **request))
        return [body_of(response) for response in responses.values()]


def _probe() -> str:
    return f"probe-{uuid.uuid4().hex[:8]}"
