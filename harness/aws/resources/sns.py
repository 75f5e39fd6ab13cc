"""SNS: topics."""

from harness.aws.resources.resource import Kind, by_one_call, listed_tags, resource_type

TYPES = (
    resource_type(
        *(Kind.TOPIC, "list_topics", "Topics", "TopicArn"),
        by_one_call("delete_topic", "TopicArn"),
        name=lambda topic: topic["TopicArn"].rpartition(":")[2],
        tags=listed_tags("ResourceArn", "TopicArn"),
    ),
)
