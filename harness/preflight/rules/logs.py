"""Rules on CloudWatch log groups."""

import re

from harness.preflight.configuration import Resource
from harness.preflight.registry import Problems, resource_rule

_NAME = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
_RETENTION = {
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557),
    *(2922, 3288, 3653),
}
_API = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference"


@resource_rule(
    "logs/group-name",
    "aws_cloudwatch_log_group",
    errors=(
        'Error: "name" isn\'t a valid log group name (alphanumeric characters, underscores, '
        'hyphens, slashes, hash signs and dots are allowed): "{name}"',
        "InvalidParameterException: 1 validation error detected: Value '{name}' at 'logGroupName' "
        "failed to satisfy constraint: ...",
    ),
    remedy="Use 1 to 512 letters, digits and . - _ / #.",
    documentation=f"{_API}/API_CreateLogGroup.html",
)
def group_name(group: Resource) -> Problems:
    """A log group name violates the naming rules of CloudWatch Logs."""
    name = group.text("name")
    if name is not None and not _NAME.fullmatch(name):
        yield group.problem(f"{name!r} is not a log group name", name=name)


@resource_rule(
    "logs/retention",
    "aws_cloudwatch_log_group",
    errors=(
        "Error: expected retention_in_days to be one of [...], got {days}",
        "InvalidParameterException: 1 validation error detected: Value '{days}' at "
        "'retentionInDays' failed to satisfy constraint: ...",
    ),
    remedy="Use one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, "
    "2192, 2557, 2922, 3288, 3653; 0: no expiration.",
    documentation=f"{_API}/API_PutRetentionPolicy.html",
)
def retention(group: Resource) -> Problems:
    """The retention of a log group is not a number of days that CloudWatch Logs accepts."""
    days = group.integer("retention_in_days")
    if days is not None and days not in _RETENTION:
        yield group.problem(f"retention_in_days is {days}", days=days)
