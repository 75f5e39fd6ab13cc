"""Rules on the access logs of load balancers: permissions and encryption of the bucket."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from harness.preflight.configuration import Block, Reference, Resource, Unknown, references_in
from harness.preflight.registry import Problems, load, resource_rule
from harness.preflight.rules.iam import Statement, policy_of

_SERVICE = "logdelivery.elasticloadbalancing.amazonaws.com"
# Region -> account that delivers access logs, in regions that are older than the service principal.
_ACCOUNTS = load("elbv2/log_accounts.json")


@resource_rule("elbv2/access-log-bucket-policy", "aws_lb")
def access_log_bucket_policy(balancer: Resource) -> Problems:
    """The policy of the access-log bucket does not allow load balancers to write."""
    for logs, bucket in _log_buckets(balancer):
        configuration = balancer.configuration
        policies = configuration.all_referring("aws_s3_bucket_policy", "bucket", bucket)
        if policies is None:
            continue
        documents = [policy_of(policy, "policy") for policy in policies]
        if any(statements is None for statements in documents):
            continue
        prefix = logs.text("prefix", "")
        verdicts = [
            _allows_write(statement, bucket, prefix, balancer.region())
            for statements in documents
            for statement in statements or ()
        ]
        if not any(verdict is not False for verdict in verdicts):
            name = bucket.text("bucket") or "..."
            yield balancer.problem(
                f"{bucket.address} has no policy that allows access logs", bucket=name
            )


@resource_rule("elbv2/access-log-bucket-encryption", "aws_lb")
def access_log_bucket_encryption(balancer: Resource) -> Problems:
    """The access-log bucket is encrypted with a KMS key, which ALB does not support."""
    for _, bucket in _log_buckets(balancer):
        kind = "aws_s3_bucket_server_side_encryption_configuration"
        for encryption in balancer.configuration.all_referring(kind, "bucket", bucket) or []:
            for rule in encryption.blocks("rule"):
                default = rule.block("apply_server_side_encryption_by_default")
                algorithm = default.text("sse_algorithm") if default else None
                if algorithm and algorithm.startswith("aws:kms"):
                    name = bucket.text("bucket") or "..."
                    yield balancer.problem(f"{bucket.address} uses {algorithm}", bucket=name)


def _log_buckets(balancer: Resource) -> Iterator[tuple[Block, Resource]]:
    """Yield the enabled access logs with their bucket."""
    if balancer.text("load_balancer_type", "application") != "application":
        return
    for logs in balancer.blocks("access_logs"):
        bucket = balancer.follow("bucket", "aws_s3_bucket", within=logs)
        if logs.boolean("enabled", default=False) and bucket is not None:
            yield logs, bucket


def _allows_write(
    statement: Statement, bucket: Resource, prefix: str | None, region: str | None
) -> bool | None:
    """Return whether a statement allows load balancers to write; None if uncertain."""
    if statement.inverted:
        return None
    if not statement.allow or not any(_is_put(action) for action in statement.actions):
        return False
    verdicts = {_is_writer(principal, region) for principal in statement.principals}
    placed = any(_holds(resource, bucket, prefix) for resource in statement.resources)
    if not placed or verdicts <= {False}:
        return False
    return True if True in verdicts else None


def _is_put(action: Any) -> bool:
    return isinstance(action, Unknown) or fnmatchcase("s3:putobject", str(action).lower())


def _is_writer(principal: Any, region: str | None) -> bool | None:
    if isinstance(principal, Unknown):
        named = {reference.address for reference in references_in(principal)}
        return True if any("aws_elb_service_account" in name for name in named) else None
    account = _ACCOUNTS.get(region or "")
    accepted = {_SERVICE, "*", account, f"arn:aws:iam::{account}:root"}
    return True if principal in accepted else (None if region is None else False)


def _holds(resource: Any, bucket: Resource, prefix: str | None) -> bool:
    """Return whether the resource of a statement may match the objects of the logs."""
    name = bucket.text("bucket")
    if prefix is None or (name is None and not isinstance(resource, Unknown)):
        return True
    name = name or "unknown"
    folder = f"{prefix}/" if prefix else ""
    log = f"arn:aws:s3:::{name}/{folder}AWSLogs/123456789012/elasticloadbalancing/x"
    return fnmatchcase(log, _pattern(resource, bucket.address, f"arn:aws:s3:::{name}"))


def _pattern(resource: Any, bucket: str, arn: str) -> str:
    """Return a statement's resource as pattern, ``*`` for unknown parts."""
    if isinstance(resource, Reference) and resource.address == bucket:
        return arn if resource.attribute == "arn" else "*"
    if isinstance(resource, Unknown):
        return "".join(_pattern(part, bucket, arn) for part in resource.parts) or "*"
    return str(resource)
