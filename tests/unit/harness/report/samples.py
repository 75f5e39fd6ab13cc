"""A report to render, and consoles to render it on."""

import io

from harness.report.model import RunReport
from harness.run.evidence import CheckResult, Plane, Status
from harness.run.timeline import Phase, ResourceTiming


class Terminal(io.StringIO):
    """A file whose ``isatty`` returns True."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def isatty(self) -> bool:
        return True


def result(
    check: str = "alb/targets-healthy",
    status: Status = Status.PASSED,
    observed: str = "2 of 2 targets healthy",
    *,
    claim: str = "every target is healthy",
    plane: Plane = Plane.DATA,
    seconds: float = 0.25,
) -> CheckResult:
    return CheckResult(check, claim, plane, "embedded", status, observed, seconds)


RESULTS = (
    result(),
    result("s3/encryption", observed="aws:kms", plane=Plane.CONTROL),
    result("s3/lifecycle", Status.FAILED, "no rule", claim="exactly one rule"),
    result("ecs/spot-interruption", Status.NOT_PROVABLE, "no capacity is interrupted here"),
)

RESOURCES = (
    ResourceTiming("aws_vpc.main", "create", 5.0, 15.0),
    ResourceTiming("aws_lb.main", "create", 15.0, 75.0),
    ResourceTiming("aws_lb.main", "delete", 80.0, 90.0),
    ResourceTiming("aws_vpc.main", "delete", 90.0, 99.0),
)

PASSED = RunReport(
    target="embedded",
    region="eu-north-1",
    environment_suffix="pr123-7f3a",
    started_at="2026-08-02T09:14:07Z",
    facts={"Terraform": "1.11.4"},
    phases=(Phase("synth", 0.0, 4.0), Phase("apply", 5.0, 75.0), Phase("destroy", 80.0, 100.0)),
    resources=RESOURCES,
    results=RESULTS[:2],
    outputs={"alb_dns_name": "alb.eu-north-1.elb.amazonaws.com"},
    torn_down=True,
    teardown="teardown proof: zero resources left",
    notes=("the dashboard is not rendered here",),
)

FAILED = RunReport(
    target="embedded",
    region="eu-north-1",
    environment_suffix="pr123-7f3a",
    started_at="2026-08-02T09:14:07Z",
    phases=(Phase("synth", 0.0, 4.0), Phase("checks", 5.0, 10.0, failed=True)),
    results=RESULTS,
    errors=("destroy: PreconditionFailed\n  What to do: destroy again",),
    leftovers=("cloudfront distribution E1A2B3",),
    teardown="teardown proof FAILED: 1 resource left",
)
