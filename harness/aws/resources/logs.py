"""CloudWatch Logs."""

from collections.abc import Iterator
from typing import Any

from harness.aws.clients import Clients
from harness.aws.paging import describe_each, pages
from harness.aws.resources.resource import Kind, Resource, ResourceType, by_one_call, tagged


def _log_groups(clients: Clients) -> Iterator[Resource]:
    """Yield log groups; their streams are deleted with them."""
    logs = clients.logs

    def described(group: dict[str, Any]) -> Resource:
        arn = group["arn"].removesuffix(":*")  # which is that of the streams
        return tagged(
            Resource(Kind.LOG_GROUP, group["logGroupName"]),
            lambda: logs.list_tags_for_resource(resourceArn=arn).get("tags", {}),
        )

    return describe_each(pages(logs, "describe_log_groups", "logGroups"), described)


TYPES = (
    ResourceType(
        Kind.LOG_GROUP, _log_groups, by_one_call("logs", "delete_log_group", "logGroupName")
    ),
)
