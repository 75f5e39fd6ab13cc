"""The table of targets, by the name in settings and records."""

from collections.abc import Mapping

from harness.aws.regions import require_region
from harness.core.errors import HarnessError, UsageError
from harness.settings.settings import HarnessSettings
from harness.targets.base import Target
from harness.targets.embedded import EmbeddedTarget
from harness.targets.localstack.target import LocalStackTarget
from harness.targets.real_aws import AwsTarget

TARGETS: Mapping[str, type[Target]] = {
    kind.name: kind for kind in (EmbeddedTarget, LocalStackTarget, AwsTarget)
}


def target_type(name: str) -> type[Target]:
    """Return the class of a target.

    Raises:
        UsageError: The name is unknown.
    """
    if name not in TARGETS:
        raise UsageError(f"unknown target {name!r}", remedy=f"use one of {', '.join(TARGETS)}")
    return TARGETS[name]


def create_target(settings: HarnessSettings, *, owner_pid: int | None) -> Target:
    """Return the target of a new run, not started yet; see ``Target.create``.

    Raises:
        UsageError: A setting of the target is invalid, or a region does not exist.
    """
    require_region(settings.region)
    if settings.state_bucket_region:
        require_region(settings.state_bucket_region, "--state-bucket-region")
    return target_type(settings.target).create(settings, owner_pid=owner_pid)


def attach_target(name: str, region: str, attachment: Mapping[str, str]) -> Target:
    """Return the target of a run on record; see ``Target.attach``.

    Raises:
        HarnessError: The attachment is not that of such a target: the record is damaged.
    """
    try:
        return target_type(name).attach(region, attachment)
    except (KeyError, TypeError, ValueError) as error:
        raise HarnessError(
            f"the attachment {sorted(attachment)} on record is not that of target {name}: "
            f"{error!r}",
            remedy="the record is damaged or forged: `catalog-harness sweep` with the --target of "
            "the run finds its resources; then move its folder away",
        ) from error


def account_target(region: str) -> Target:
    """Return the target for a real account, for commands without other targets.

    Raises:
        UsageError: The region does not exist.
    """
    require_region(region)
    return AwsTarget(region=region)
