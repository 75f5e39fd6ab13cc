"""CloudWatch Logs: the log groups; their streams are deleted with them."""

from typing import Any

from harness.aws.resources.resource import Item, Kind, by_one_call, resource_type


def _tags(logs: Any, group: Item) -> dict[str, str]:
    arn = group["arn"].removesuffix(":*")  # which is that of the streams
    found: dict[str, str] = logs.list_tags_for_resource(resourceArn=arn).get("tags", {})
    return found


TYPES = (
    resource_type(
        *(Kind.LOG_GROUP, "describe_log_groups", "logGroups", "logGroupName"),
        by_one_call("delete_log_group", "logGroupName"),
        tags=_tags,
    ),
)
