"""Mutations of the log bucket, the log group, the secret's settings and the roles."""

import json
from collections.abc import Callable
from typing import Any

from harness.checks.framework.context import CheckContext
from tests.mutations.mutation import Mutation, modified, mutation

_ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
_NOBODY = {**_ANYONE, "Effect": "Deny"}
_IMPOSSIBLE = {"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.1/32"}}}


def _bucket(context: CheckContext) -> dict[str, Any]:
    return {"Bucket": context.outputs.log_bucket_name}


def _bucket_policy(name: str, change: Callable[[Any], object], **more: Any) -> Mutation:
    return modified(
        name,
        "log-bucket/settings",
        lambda c: json.loads(c.clients.s3.get_bucket_policy(**_bucket(c))["Policy"]),
        change,
        lambda c, policy: c.clients.s3.put_bucket_policy(**_bucket(c), Policy=json.dumps(policy)),
        **more,
    )


def _secret_policy(name: str, statement: dict[str, Any], checks: str, **more: Any) -> Mutation:
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return mutation(
        name,
        checks,
        lambda c: c.clients.secretsmanager.put_resource_policy(
            SecretId=c.expected.secret_name, ResourcePolicy=document
        ),
        lambda c, _: c.clients.secretsmanager.delete_resource_policy(
            SecretId=c.expected.secret_name
        ),
        **more,
    )


def _trust(name: str, change: Callable[[Any], object], **more: Any) -> Mutation:
    def read(context: CheckContext) -> Any:
        role = context.clients.iam.get_role(RoleName=context.expected.task_role_name)["Role"]
        return role["AssumeRolePolicyDocument"]

    return modified(
        name,
        "iam/roles",
        read,
        change,
        lambda c, document: c.clients.iam.update_assume_role_policy(
            RoleName=c.expected.task_role_name, PolicyDocument=json.dumps(document)
        ),
        **more,
    )


def _inline(name: str, statement: dict[str, Any], **more: Any) -> Mutation:
    """Return a mutation that adds a statement to the policy of the execution role."""
    policy = {"PolicyName": "start-tasks"}

    def read(context: CheckContext) -> Any:
        role = context.expected.execution_role_name
        return context.clients.iam.get_role_policy(RoleName=role, **policy)["PolicyDocument"]

    return modified(
        name,
        "iam/roles",
        read,
        lambda document: document["Statement"].append(statement),
        lambda c, document: c.clients.iam.put_role_policy(
            RoleName=c.expected.execution_role_name, **policy, PolicyDocument=json.dumps(document)
        ),
        **more,
    )


def _attach(context: CheckContext) -> str:
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**_NOBODY, "Sid": "X"}]})
    name = f"mutation-{context.expected.environment_suffix}"
    policy = context.clients.iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"]
    role = context.expected.task_role_name
    context.clients.iam.attach_role_policy(RoleName=role, PolicyArn=policy["Arn"])
    return policy["Arn"]


def _detach(context: CheckContext, arn: str) -> None:
    role = context.expected.task_role_name
    context.clients.iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    context.clients.iam.delete_policy(PolicyArn=arn)


def _lifecycle(context: CheckContext, rules: Any) -> None:
    context.clients.s3.put_bucket_lifecycle_configuration(
        **_bucket(context), LifecycleConfiguration={"Rules": rules}
    )


def _read_lifecycle(context: CheckContext) -> Any:
    return context.clients.s3.get_bucket_lifecycle_configuration(**_bucket(context))["Rules"]


def _delete_lifecycle(context: CheckContext) -> Any:
    rules = _read_lifecycle(context)
    context.clients.s3.delete_bucket_lifecycle(**_bucket(context))
    return rules


def _unblock(context: CheckContext) -> Any:
    s3, bucket = context.clients.s3, _bucket(context)
    block = s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"]
    s3.delete_public_access_block(**bucket)
    return block


def _subscribe(context: CheckContext) -> str:
    arn = "arn:aws:lambda:eu-north-1:000000000000:function:elsewhere"
    context.clients.logs.put_subscription_filter(
        logGroupName=context.expected.log_group_name,
        filterName="mutation",
        filterPattern="",
        destinationArn=arn,
    )
    return "mutation"


MUTATIONS = (
    mutation(
        "the bucket's lifecycle rule deleted",
        "log-bucket/settings",
        _delete_lifecycle,
        _lifecycle,
    ),
    modified(
        "the bucket's lifecycle rule for another prefix",
        "log-bucket/settings",
        _read_lifecycle,
        lambda rules: rules[0].update(Filter={"Prefix": "alb/"}),
        _lifecycle,
    ),
    mutation(
        "the bucket's public access block deleted",
        "log-bucket/settings",
        _unblock,
        lambda c, block: c.clients.s3.put_public_access_block(
            **_bucket(c), PublicAccessBlockConfiguration=block
        ),
    ),
    mutation(
        "versioning of the bucket",
        "log-bucket/settings",
        lambda c: c.clients.s3.put_bucket_versioning(
            **_bucket(c), VersioningConfiguration={"Status": "Enabled"}
        ),
        lambda c, _: c.clients.s3.put_bucket_versioning(
            **_bucket(c), VersioningConfiguration={"Status": "Suspended"}
        ),
    ),
    mutation(
        "a website in the bucket",
        "log-bucket/settings",
        lambda c: c.clients.s3.put_bucket_website(
            **_bucket(c), WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}}
        ),
        lambda c, _: c.clients.s3.delete_bucket_website(**_bucket(c)),
        quick=True,
    ),
    _bucket_policy(
        "another statement of the bucket policy, a Deny",
        lambda policy: policy["Statement"].append(_NOBODY),
        quick=True,
    ),
    _bucket_policy(
        "a condition of the bucket policy that is never true",
        lambda policy: policy["Statement"][0].update(_IMPOSSIBLE),
    ),
    mutation(
        "log retention of one day",
        "logs/log-group",
        lambda c: c.clients.logs.put_retention_policy(
            logGroupName=c.expected.log_group_name, retentionInDays=1
        ),
        lambda c, _: c.clients.logs.put_retention_policy(
            logGroupName=c.expected.log_group_name,
            retentionInDays=c.configured["log group"][c.expected.log_group_name]["RetentionInDays"],
        ),
    ),
    mutation(
        "a subscription filter of the log group",
        "logs/log-group",
        _subscribe,
        lambda c, name: c.clients.logs.delete_subscription_filter(
            logGroupName=c.expected.log_group_name, filterName=name
        ),
        quick=True,
    ),
    _secret_policy("the secret open to the world", _ANYONE, "database-secret/settings", quick=True),
    _secret_policy(
        "a Deny on the secret",
        {**_NOBODY, "Principal": {"AWS": "arn:aws:iam::000000000000:role/nobody"}},
        "database-secret/settings",
    ),
    _trust(
        "a condition of a trust policy that is never true",
        lambda document: document["Statement"][0].update(_IMPOSSIBLE),
        quick=True,
    ),
    _trust(
        "a role that anybody can assume",
        lambda document: document["Statement"][0].update(Principal={"AWS": "*"}),
    ),
    _inline(
        "a Deny on the secret in the role's own policy",
        {"Effect": "Deny", "Action": "secretsmanager:GetSecretValue", "Resource": "*"},
    ),
    _inline(
        "every secret readable by the execution role",
        {
            "Sid": "Wider",
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        },
    ),
    mutation("a policy attached to the task role", "iam/roles", _attach, _detach),
)
