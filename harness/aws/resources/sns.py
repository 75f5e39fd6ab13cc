"""SNS: topics."""

from typing import Any

from harness.aws.resources.resource import Item, Kind, by_one_call, resource_type
from harness.aws.tags import as_tags


def _tags(sns: Any, topic: Item) -> dict[str, str]:
    return as_tags(sns.list_tags_for_resource(ResourceArn=topic["TopicArn"]).get("Tags", ()))


TYPES = (
    resource_type(
        *(Kind.TOPIC, "list_topics", "Topics", "TopicArn"),
        by_one_call("delete_topic", "TopicArn"),
        name=lambda topic: topic["TopicArn"].rpartition(":")[2],
        tags=_tags,
    ),
)
