"""Removing what runs: the service, its scaling, its load balancer."""

from harness.checks.clients import Clients
from harness.sweep.resource import Resource

__all__ = ["ecs_service", "ecs_task", "load_balancer", "scalable_target"]


def scalable_target(clients: Clients, resource: Resource) -> None:
    """Deregister a scalable target; its policies and their alarms end with it.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
    """
    clients.application_autoscaling.deregister_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=resource.identifier,
        ScalableDimension="ecs:service:DesiredCount",
    )


def ecs_service(clients: Clients, resource: Resource) -> None:
    """Delete a service; by force, which scales it to zero."""
    clients.ecs.delete_service(cluster=resource.within, service=resource.identifier, force=True)


def ecs_task(clients: Clients, resource: Resource) -> None:
    """Stop a task."""
    clients.ecs.stop_task(cluster=resource.within, task=resource.identifier, reason="swept")


def load_balancer(clients: Clients, resource: Resource) -> None:
    """Delete a load balancer and its listeners, protected or not."""
    elbv2, arn = clients.elbv2, resource.identifier
    elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=arn,
        Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
    )
    for listener in elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
        elbv2.delete_listener(ListenerArn=listener["ListenerArn"])
    elbv2.delete_load_balancer(LoadBalancerArn=arn)
