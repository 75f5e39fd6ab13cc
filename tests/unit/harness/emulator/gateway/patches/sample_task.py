"""A task of an ECS service as MiniStack describes it."""

from typing import Any

CLUSTER = "arn:aws:ecs:eu-north-1:111122223333:cluster/c"


def task(name: str, *, group: str = "service:s", **more: Any) -> dict[str, Any]:
    return {
        "taskArn": name,
        "clusterArn": CLUSTER,
        "group": group,
        "availabilityZone": "?",
        "attachments": [{"details": [{"name": "subnetId", "value": "subnet-1"}]}],
        **more,
    }
