"""The diagram: a box per service, right of what it refers to."""

import dataclasses

import pytest

from harness.report.diagram import Diagram, diagram
from harness.report.model import RunReport
from harness.run.evidence import Status
from harness.run.timeline import ResourceTiming
from tests.unit.harness.report.samples import PASSED, result

REFERENCES: dict[str, tuple[str, ...]] = {
    "aws_vpc.main": (),
    "aws_lb.main": ("aws_vpc.main",),
    "aws_ecs_service.api": ("aws_lb.main", "aws_vpc.main"),
}
CREATED = tuple(ResourceTiming(address, "create", 0.0, 1.0) for address in REFERENCES)
REPORT = dataclasses.replace(PASSED, references=REFERENCES, resources=CREATED)


def drawn(report: RunReport) -> Diagram:
    found = diagram(report)
    assert found is not None
    return found


def states(report: RunReport) -> dict[str, str]:
    return {box.service: box.state for box in drawn(report).boxes}


def test_a_service_is_right_of_what_it_refers_to() -> None:
    boxes = {box.service: box.x for box in drawn(REPORT).boxes}

    assert boxes["ec2"] < boxes["elbv2"] < boxes["ecs"]


def test_a_line_that_another_path_implies_is_left_out() -> None:
    assert len(drawn(REPORT).lines) == 2


def test_services_that_refer_to_each_other_are_drawn_all_the_same() -> None:
    circle: dict[str, tuple[str, ...]] = {"aws_lb.a": ("aws_vpc.b",), "aws_vpc.b": ("aws_lb.a",)}

    assert len(drawn(dataclasses.replace(REPORT, references=circle)).boxes) == 2


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "deployed"),
        ({"resources": ()}, "planned"),
        ({"resources": CREATED[:1]}, "missing"),
        ({"errors": ("aws_lb.main: no",)}, "failed"),
        ({"results": (result("alb/targets-healthy", Status.FAILED),)}, "failed"),
        ({"results": (result("alb/targets-healthy", Status.NOT_PROVABLE),)}, "deployed"),
        ({"leftovers": ("elbv2 load balancer x",)}, "left"),
    ],
)
def test_a_box_has_the_worst_state_of_its_resources(changes: dict[str, object], state: str) -> None:
    report = dataclasses.replace(REPORT, **changes)  # type: ignore[arg-type]

    assert states(report)["elbv2"] == state


def test_without_a_configuration_there_is_none() -> None:
    assert diagram(PASSED) is None
