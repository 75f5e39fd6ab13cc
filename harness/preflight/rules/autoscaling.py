"""Rules on Application Auto Scaling of ECS services."""

import re

from harness.preflight.configuration import Resource, is_known, references_in
from harness.preflight.finding import Family, Severity
from harness.preflight.registry import PROVIDER_DOCS, Problems, resource_rule

_API = "autoscaling/application/APIReference"
_TARGET = "aws_appautoscaling_target"
_RESOURCE_ID = re.compile(r"service/[^/]+/[^/]+")


@resource_rule(
    "autoscaling/bounds",
    _TARGET,
    errors="ValidationException: Maximum capacity cannot be less than minimum capacity",
    remedy="Set max_capacity to at least min_capacity.",
    documentation=f"{_API}/API_RegisterScalableTarget.html",
)
def bounds(target: Resource) -> Problems:
    """The maximum number of tasks is smaller than the minimum."""
    low, high = target.integer("min_capacity"), target.integer("max_capacity")
    if low is not None and high is not None and high < low:
        yield target.problem(f"min_capacity {low}, max_capacity {high}")


@resource_rule(
    "autoscaling/resource-id",
    _TARGET,
    errors=(
        "ValidationException: Unsupported service namespace, resource type or scalable dimension",
        "ValidationException: ECS service doesn't exist: {name}",
    ),
    remedy="Use service/CLUSTER NAME/SERVICE NAME: names, not ARNs.",
    documentation=f"{_API}/API_RegisterScalableTarget.html",
)
def resource_id(target: Resource) -> Problems:
    """The scalable target does not name an ECS service as ``service/cluster/service``."""
    name = target.text("resource_id")
    if target.text("service_namespace") != "ecs":
        return
    if name is not None and not _RESOURCE_ID.fullmatch(name):
        yield target.problem(f"resource_id {name!r}", name=name)
    wrong = [
        reference.text
        for reference in references_in(target.unresolved("resource_id"))
        if (reference.address.partition(".")[0], reference.attribute)
        in (("aws_ecs_cluster", "arn"), ("aws_ecs_cluster", "id"), ("aws_ecs_service", "id"))
    ]
    for text in wrong:
        yield target.problem(f"{text} is an ARN; the resource id requires the name", name=text)


@resource_rule(
    "autoscaling/desired-count-outside-bounds",
    _TARGET,
    family=Family.WORK,
    severity=Severity.WARNING,
    remedy="Choose a desired count between min_capacity and max_capacity.",
    documentation="AmazonECS/latest/developerguide/service-auto-scaling.html",
)
def desired_count_outside_bounds(target: Resource) -> Problems:
    """Auto scaling immediately changes the desired count of the service."""
    low, high = target.integer("min_capacity"), target.integer("max_capacity")
    service = _service(target)
    count = service.integer("desired_count") if service is not None else None
    if service is None or count is None or low is None or high is None:
        return
    if low <= high and not low <= count <= high:
        yield target.problem(
            f"desired_count of {service.address} is {count}, bounds are {low} to {high}"
        )


@resource_rule(
    "autoscaling/desired-count-not-ignored",
    "aws_ecs_service",
    family=Family.WORK,
    severity=Severity.WARNING,
    remedy="Add desired_count to lifecycle.ignore_changes.",
    documentation=f"{PROVIDER_DOCS}/ecs_service",
)
def desired_count_not_ignored(service: Resource) -> Problems:
    """Every apply resets the desired count that auto scaling has changed."""
    targets = service.configuration.resources(_TARGET)
    if service.configuration.planned or not any(_service(t) is service for t in targets):
        return
    lifecycle = service.block("lifecycle")
    ignored = lifecycle.value("ignore_changes") if lifecycle is not None else None
    if not is_known(ignored) or not service.countable("lifecycle"):
        return
    if (
        service.given("desired_count")
        and "desired_count" not in (ignored or ())
        and ignored != "all"
    ):
        yield service.problem("has auto scaling, but desired_count is not in ignore_changes")


def _service(target: Resource) -> Resource | None:
    for reference in references_in(target.unresolved("resource_id")):
        service = target.configuration.resource_of(reference, "aws_ecs_service")
        if service is not None:
            return service
    return None
