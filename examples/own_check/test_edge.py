"""A check of one's own: the example of docs/own-check.md."""

from catalog_harness import Capability, CheckContext, Plane, ServiceChecks, check, expect


class Edge(ServiceChecks):
    service = "edge"
    requires = ("edge", Capability.CLOUDFRONT_DATA_PLANE)

    @check("the distribution answers within five seconds", plane=Plane.DATA)
    def answers_quickly(self) -> str:
        answer = self.context.request(
            "GET", f"https://{self.context.outputs.distribution_domain_name}/healthz"
        )
        seconds = answer.elapsed.total_seconds()
        expect(seconds < 5, "an answer within 5 s", f"{seconds:.2f} s")
        return f"{answer.status_code} after {seconds:.2f} s"


def test_edge(catalog_check_context: CheckContext) -> None:
    Edge(catalog_check_context).answers_quickly()
