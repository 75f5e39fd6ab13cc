"""Stores the records of Application Auto Scaling by account and region.

Records have the format of the API (times in seconds since the epoch).
"""

import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Any, Literal

from harness.core.errors import EmulatorError
from harness.emulator.gateway.aws import AwsApi
from harness.emulator.gateway.caller import Caller
from harness.emulator.gateway.patches.placement import find_service

Record = dict[str, Any]
Kind = Literal["targets", "policies", "activities", "scheduled actions"]

IDENTITY = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_MOST_ACTIVITIES = 200


class AutoScalingError(EmulatorError):
    """An error response of the service.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/CommonErrors.html
    """

    def __init__(self, message: str, code: str = "ValidationException") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class ScalableId:
    """The identity of a scalable target: namespace, resource and dimension."""

    namespace: str
    resource: str
    dimension: str

    @classmethod
    def of(cls, record: Record) -> "ScalableId":
        """Return the identity in a request or a record."""
        return cls(*(record[name] for name in IDENTITY))

    @property
    def cluster(self) -> str:
        """Cluster of an ECS service (``service/CLUSTER/SERVICE``)."""
        return self.resource.split("/")[1]

    @property
    def service(self) -> str:
        """Name of an ECS service."""
        return self.resource.split("/")[2]

    def __str__(self) -> str:
        return (
            f"service namespace: {self.namespace}, resource ID: {self.resource}, "
            f"scalable dimension: {self.dimension}"
        )


class ScalingStore:
    """Scalable targets, scaling policies and scaling activities."""

    def __init__(self, records: dict[Caller, dict[str, list[Record]]]) -> None:
        self._stored = records

    def callers(self) -> list[Caller]:
        """Return every account and region with records."""
        return list(self._stored)

    def records(self, caller: Caller, kind: Kind) -> list[Record]:
        """Return the records of a caller; activities have the newest first."""
        return self._stored.setdefault(caller, {}).setdefault(kind, [])

    def target(self, caller: Caller, scalable: ScalableId) -> Record | None:
        """Find a scalable target."""
        return next(_matching(self.records(caller, "targets"), scalable), None)

    def policies_of(self, caller: Caller, scalable: ScalableId) -> list[Record]:
        """Return the scaling policies of one scalable target."""
        return list(_matching(self.records(caller, "policies"), scalable))

    def policy(self, caller: Caller, scalable: ScalableId, name: str) -> Record | None:
        """Find a scaling policy."""
        found = self.policies_of(caller, scalable)
        return next((policy for policy in found if policy["PolicyName"] == name), None)

    def new_target(self, caller: Caller, scalable: ScalableId) -> Record:
        """Add a scalable target; the caller sets its capacity."""
        arn = f"arn:aws:application-autoscaling:{caller.region}:{caller.account}:scalable-target/"
        role = "AWSServiceRoleForApplicationAutoScaling_ECSService"
        record: Record = {
            **_identity(scalable),
            "ScalableTargetARN": arn + secrets.token_hex(18),
            "RoleARN": f"arn:aws:iam::{caller.account}:role/aws-service-role/"
            f"ecs.application-autoscaling.amazonaws.com/{role}",
            "CreationTime": time.time(),
            "SuspendedState": dict.fromkeys(_SUSPENDABLE, False),
        }
        self.records(caller, "targets").append(record)
        return record

    def new_policy(self, caller: Caller, scalable: ScalableId, name: str) -> Record:
        """Add a scaling policy; the caller sets its configuration."""
        arn = f"arn:aws:autoscaling:{caller.region}:{caller.account}:scalingPolicy:{uuid.uuid4()}"
        resource = f"resource/{scalable.namespace}/{scalable.resource}"
        record: Record = {
            **_identity(scalable),
            "PolicyName": name,
            "PolicyARN": f"{arn}:{resource}:policyName/{name}",
            "CreationTime": time.time(),
            "Alarms": [],
        }
        self.records(caller, "policies").append(record)
        return record

    def record_activity(
        self, caller: Caller, scalable: ScalableId, *, cause: str, capacity: int
    ) -> None:
        """Record that the desired count was set, and the cause."""
        now = time.time()
        activities = self.records(caller, "activities")
        activity: Record = {
            **_identity(scalable),
            "ActivityId": str(uuid.uuid4()),
            "Description": f"Setting desired count to {capacity}.",
            "Cause": cause,
            "StartTime": now,
            "EndTime": now,
            "StatusCode": "Successful",
            "StatusMessage": f"Successfully set desired count to {capacity}. "
            "Change successfully fulfilled by ecs.",
        }
        activities.insert(0, activity)
        del activities[_MOST_ACTIVITIES:]


_SUSPENDABLE = (
    "DynamicScalingInSuspended",
    "DynamicScalingOutSuspended",
    "ScheduledScalingSuspended",
)


def _identity(scalable: ScalableId) -> Record:
    return dict(zip(IDENTITY, astuple(scalable), strict=True))


def _matching(records: list[Record], scalable: ScalableId) -> Iterator[Record]:
    return (record for record in records if ScalableId.of(record) == scalable)


async def active_service(aws: AwsApi, caller: Caller, scalable: ScalableId) -> Record | None:
    """Return a service as ECS describes it; None if it does not exist."""
    found = await find_service(aws, caller, scalable.cluster, scalable.service)
    return found if found.get("status") == "ACTIVE" else None
