"""Rules on Application Auto Scaling of ECS services."""

import re

from harness.preflight.configuration import Resource, is_known, references_in
from harness.preflight.registry import Problems, resource_rule

_TARGET = "aws_appautoscaling_target"
_POLICY = "aws_appautoscaling_policy"
_RESOURCE_ID = re.compile(r"service/[^/]+/[^/]+")


@resource_rule("autoscaling/resource-id", _TARGET)
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


@resource_rule("autoscaling/desired-count-outside-bounds", _TARGET)
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


@resource_rule("autoscaling/desired-count-not-ignored", "aws_ecs_service")
def desired_count_not_ignored(service: Resource) -> Problems:
    """Every apply resets the desired count that auto scaling has changed."""
    targets = service.configuration.dependents(service, _TARGET)
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


@resource_rule("autoscaling/policy-settings", _POLICY)
def policy_settings(policy: Resource) -> Problems:
    """A scaling policy does not refer to the scalable target, or to the ARN suffixes of a label."""
    resource = policy.text("resource_id")
    target = policy.configuration.resource_of(resource, _TARGET)
    if target and not policy.depends_on(target) and not policy.configuration.planned:
        text = f"resource_id {resource!r} is no reference to {target.address}"
        yield policy.problem(text, variant=2, name=resource)
    for block in policy.blocks("target_tracking_scaling_policy_configuration"):
        for metric in block.blocks("predefined_metric_specification"):
            for reference in references_in(metric.unresolved("resource_label")):
                if reference.attribute in ("arn", "id", "name", "dns_name"):
                    yield policy.problem(f"resource_label has {reference.text}, not arn_suffix")


@resource_rule("autoscaling/target-without-dependency", _TARGET)
def target_without_dependency(target: Resource) -> Problems:
    """A scalable target does not depend on its service, and may be created before it."""
    configuration = target.configuration
    name = target.text("resource_id") or ""
    if configuration.planned or target.text("service_namespace") != "ecs":
        return
    service = configuration.resource_of(name.rpartition("/")[2], "aws_ecs_service")
    if service is not None and not target.depends_on(service):
        text = f"resource_id {name!r} is no reference to {service.address}"
        yield target.problem(text, name=name)
