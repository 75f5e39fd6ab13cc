"""Changes to a deployed stack outside Terraform, each reverted at the end."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from harness.checks.framework.context import CheckContext
from harness.checks.framework.resources import active_service, load_balancer, target_group

Mutation = Callable[[CheckContext], AbstractContextManager[None]]

_ECS: Final = "ecs"
_DESIRED_COUNT: Final = "ecs:service:DesiredCount"
_ANYWHERE = "0.0.0.0/0"


@contextmanager
def one_task_stopped_for_good(context: CheckContext) -> Iterator[None]:
    """Suspend auto scaling, so that nothing brings the second task back, and stop it."""
    _suspend_scaling(context, suspended=True)
    _set_desired_count(context, context.expected.desired_count - 1)
    try:
        yield
    finally:
        _set_desired_count(context, context.expected.desired_count)
        _suspend_scaling(context, suspended=False)


@contextmanager
def lifecycle_rule_deleted(context: CheckContext) -> Iterator[None]:
    s3, bucket = context.clients.s3, context.expected.log_bucket_name
    rules: Any = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    s3.delete_bucket_lifecycle(Bucket=bucket)
    try:
        yield
    finally:
        s3.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": rules}
        )


@contextmanager
def public_access_block_deleted(context: CheckContext) -> Iterator[None]:
    s3, bucket = context.clients.s3, context.expected.log_bucket_name
    block: Any = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    s3.delete_public_access_block(Bucket=bucket)
    try:
        yield
    finally:
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)


@contextmanager
def secret_with_another_password(context: CheckContext) -> Iterator[None]:
    """Store a new version; at the end the old one, of Terraform's state, is current again."""
    secrets, name = context.clients.secretsmanager, context.expected.secret_name
    right = secrets.get_secret_value(SecretId=name)
    values = {**json.loads(right["SecretString"]), "password": "not-that-of-the-database"}
    wrong = secrets.put_secret_value(SecretId=name, SecretString=json.dumps(values))
    try:
        yield
    finally:
        secrets.update_secret_version_stage(
            SecretId=name,
            VersionStage="AWSCURRENT",
            MoveToVersionId=right["VersionId"],
            RemoveFromVersionId=wrong["VersionId"],
        )


@contextmanager
def distribution_disabled(context: CheckContext) -> Iterator[None]:
    with _distribution_changed(context, lambda configured: configured.update(Enabled=False)):
        yield


@contextmanager
def origin_request_policy_removed(context: CheckContext) -> Iterator[None]:
    """Blocker 3's half-right fix: the cache policy alone."""

    def remove(configured: dict[str, Any]) -> None:
        del configured["DefaultCacheBehavior"]["OriginRequestPolicyId"]

    with _distribution_changed(context, remove):
        yield


@contextmanager
def http_allowed_at_the_edge(context: CheckContext) -> Iterator[None]:
    def allow(configured: dict[str, Any]) -> None:
        configured["DefaultCacheBehavior"]["ViewerProtocolPolicy"] = "allow-all"

    with _distribution_changed(context, allow):
        yield


@contextmanager
def security_group_opened(context: CheckContext) -> Iterator[None]:
    """Allow any address to reach the tasks' port without the load balancer."""
    port = context.expected.container_port
    rule: Any = {
        "GroupId": context.outputs.service_security_group_id or "",
        "IpPermissions": [
            {
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": port,
                "IpRanges": [{"CidrIp": _ANYWHERE}],
            }
        ],
    }
    context.clients.ec2.authorize_security_group_ingress(**rule)
    try:
        yield
    finally:
        context.clients.ec2.revoke_security_group_ingress(**rule)


@contextmanager
def listener_detached(context: CheckContext) -> Iterator[None]:
    """Let the listener return a fixed response; recreated, it would have another ARN."""
    elbv2 = context.clients.elbv2
    group = target_group(context)["TargetGroupArn"]
    arn = load_balancer(context)["LoadBalancerArn"]
    listener = elbv2.describe_listeners(LoadBalancerArn=arn)["Listeners"][0]["ListenerArn"]
    elbv2.modify_listener(
        ListenerArn=listener,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}],
    )
    try:
        yield
    finally:
        elbv2.modify_listener(
            ListenerArn=listener, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}]
        )


@contextmanager
def private_route_removed(context: CheckContext) -> Iterator[None]:
    ec2, subnet = context.clients.ec2, context.outputs.private_subnet_ids[0]
    [table] = ec2.describe_route_tables(
        Filters=[{"Name": "association.subnet-id", "Values": [subnet]}]
    )["RouteTables"]
    [gateway] = [
        route["NatGatewayId"]
        for route in table["Routes"]
        if route.get("DestinationCidrBlock") == _ANYWHERE
    ]
    named: Any = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": _ANYWHERE}
    ec2.delete_route(**named)
    try:
        yield
    finally:
        ec2.create_route(**named, NatGatewayId=gateway)


@contextmanager
def tag_removed(context: CheckContext) -> Iterator[None]:
    vpc = context.outputs.vpc_id or ""
    context.clients.ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "Project"}])
    try:
        yield
    finally:
        context.clients.ec2.create_tags(
            Resources=[vpc], Tags=[{"Key": "Project", "Value": "product-catalog"}]
        )


@contextmanager
def execution_role_widened(context: CheckContext) -> Iterator[None]:
    """Let the execution role read every secret of the account."""
    iam, role = context.clients.iam, context.expected.execution_role_name
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="wider", PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="wider")


@contextmanager
def scaling_bounds_changed(context: CheckContext) -> Iterator[None]:
    config = context.expected
    _register(context, MaxCapacity=config.max_capacity + 1)
    try:
        yield
    finally:
        _register(context, MaxCapacity=config.max_capacity)


@contextmanager
def alarm_silenced(context: CheckContext) -> Iterator[None]:
    names = [context.expected.alarm_name("nat-ports-0")]
    context.clients.cloudwatch.disable_alarm_actions(AlarmNames=names)
    try:
        yield
    finally:
        context.clients.cloudwatch.enable_alarm_actions(AlarmNames=names)


@contextmanager
def log_retention_changed(context: CheckContext) -> Iterator[None]:
    logs, config = context.clients.logs, context.expected
    logs.put_retention_policy(logGroupName=config.log_group_name, retentionInDays=1)
    try:
        yield
    finally:
        logs.put_retention_policy(
            logGroupName=config.log_group_name, retentionInDays=config.log_retention_days
        )


def _suspend_scaling(context: CheckContext, *, suspended: bool) -> None:
    kinds = ("DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling")
    _register(context, SuspendedState={f"{kind}Suspended": suspended for kind in kinds})


def _register(context: CheckContext, **changes: Any) -> None:
    config = context.expected
    context.clients.application_autoscaling.register_scalable_target(
        ServiceNamespace=_ECS,
        ScalableDimension=_DESIRED_COUNT,
        ResourceId=f"service/{config.ecs_cluster_name}/{config.ecs_service_name}",
        **changes,
    )


def _set_desired_count(context: CheckContext, count: int) -> None:
    """Set it, and wait until as many tasks run: the checks then see no transient state."""
    config = context.expected
    context.clients.ecs.update_service(
        cluster=config.ecs_cluster_name, service=config.ecs_service_name, desiredCount=count
    )
    context.eventually(
        lambda: active_service(context)["runningCount"],
        what=f"{count} running tasks",
        ready=lambda running: running == count,
    )


@contextmanager
def _distribution_changed(
    context: CheckContext, change: Callable[[dict[str, Any]], None]
) -> Iterator[None]:
    before = _configured(context)
    changed = json.loads(json.dumps(before))
    change(changed)
    _configure(context, changed)
    try:
        yield
    finally:
        _configure(context, before)


def _configured(context: CheckContext) -> dict[str, Any]:
    identifier = context.outputs.distribution_id or ""
    answer = context.clients.cloudfront.get_distribution_config(Id=identifier)
    return dict(answer["DistributionConfig"])


def _configure(context: CheckContext, configured: Mapping[str, Any]) -> None:
    cloudfront, identifier = context.clients.cloudfront, context.outputs.distribution_id or ""
    tag = cloudfront.get_distribution_config(Id=identifier)["ETag"]
    cloudfront.update_distribution(
        Id=identifier,
        IfMatch=tag,
        DistributionConfig=configured,  # type: ignore[arg-type]
    )
