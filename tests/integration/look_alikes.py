"""Resources that look like leftovers of a run and are not: in every service, of every kind."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

REGION = "eu-north-1"
OURS = {"Project": "product-catalog", "ManagedBy": "cdktf"}
EXPIRED = "2026-01-01T00:00:00Z"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}],
}


@dataclass(frozen=True)
class LookAlike:
    """A resource that is no leftover: a name like the stack's, and other tags than a run's.

    Attributes:
        suffix: What its names end with.
        tags: Its tags.
        network: Number of its VPC's network, 10.NUMBER.0.0/16.
    """

    suffix: str
    tags: Mapping[str, str]
    network: int


def look_alikes(swept: str) -> tuple[LookAlike, ...]:
    """Return all of them.

    Args:
        swept: Suffix of a run that is swept, for resources of another project with that suffix.
    """
    return (
        LookAlike("untagged", {}, 101),
        LookAlike(
            "other",
            {
                "Project": "another",
                "ManagedBy": "cdktf",
                "EnvironmentSuffix": swept,
                "expires-at": EXPIRED,
            },
            102,
        ),
        # Names that end with the suffix, or have it in the middle.
        LookAlike(f"payments-{swept}", {"Project": "payments"}, 106),
        LookAlike(
            f"{swept}-2",
            OURS | {"EnvironmentSuffix": f"{swept}-2", "expires-at": "2999-01-02T00:00:00Z"},
            107,
        ),
        LookAlike(
            "alive",
            OURS | {"EnvironmentSuffix": "alive", "expires-at": "2999-01-01T00:00:00Z"},
            103,
        ),
        LookAlike("nosuffix", OURS | {"expires-at": EXPIRED}, 104),
        LookAlike("undated", OURS | {"EnvironmentSuffix": "undated", "expires-at": "soon"}, 105),
    )


class Maker:
    """Creates a look-alike in every service that the sweep deletes from."""

    def __init__(self, session: boto3.Session, like: LookAlike) -> None:
        self._session: Any = session
        self._suffix = like.suffix
        self._network = like.network
        self._upper = [{"Key": key, "Value": value} for key, value in like.tags.items()]
        self._lower = [{"key": key, "value": value} for key, value in like.tags.items()]
        self._plain = dict(like.tags)

    def make(self) -> None:
        """Create all resources."""
        subnets, group = self._make_network()
        self._make_balancer(subnets, group)
        self._make_containers()
        self._make_database()
        self._make_storage()
        self._make_identity()
        self._make_monitoring()

    def _spec(self, kind: str) -> dict[str, Any]:
        if not self._upper:
            return {}
        return {"TagSpecifications": [{"ResourceType": kind, "Tags": self._upper}]}

    def _make_network(self) -> tuple[list[str], str]:
        ec2 = self._session.client("ec2")
        block = f"10.{self._network}"
        self.vpc = ec2.create_vpc(CidrBlock=f"{block}.0.0/16", **self._spec("vpc"))["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(
                VpcId=self.vpc,
                CidrBlock=f"{block}.{number}.0/24",
                AvailabilityZone=f"{REGION}{zone}",
                **self._spec("subnet"),
            )["Subnet"]["SubnetId"]
            for number, zone in ((1, "a"), (2, "b"))
        ]
        group = ec2.create_security_group(
            GroupName=f"catalog-alb-{self._suffix}",
            Description="looks like one",
            VpcId=self.vpc,
            **self._spec("security-group"),
        )["GroupId"]
        gateway = ec2.create_internet_gateway(**self._spec("internet-gateway"))
        ec2.attach_internet_gateway(
            InternetGatewayId=gateway["InternetGateway"]["InternetGatewayId"], VpcId=self.vpc
        )
        ec2.create_route_table(VpcId=self.vpc, **self._spec("route-table"))
        address = ec2.allocate_address(Domain="vpc", **self._spec("elastic-ip"))["AllocationId"]
        ec2.create_nat_gateway(
            SubnetId=subnets[0], AllocationId=address, **self._spec("natgateway")
        )
        ec2.create_network_interface(SubnetId=subnets[1], Description="looks like one")
        ec2.create_network_acl(VpcId=self.vpc, **self._spec("network-acl"))
        ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1, **self._spec("volume"))
        return subnets, group

    def _make_balancer(self, subnets: list[str], group: str) -> None:
        elbv2 = self._session.client("elbv2")
        tags = {"Tags": self._upper} if self._upper else {}
        balancers = elbv2.create_load_balancer(
            Name=f"catalog-alb-{self._suffix}", Subnets=subnets, SecurityGroups=[group], **tags
        )
        answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
        elbv2.create_listener(
            LoadBalancerArn=balancers["LoadBalancers"][0]["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[answer],
            **tags,
        )
        elbv2.create_target_group(
            Name=f"catalog-tg-{self._suffix}",
            Protocol="HTTP",
            Port=8080,
            VpcId=self.vpc,
            TargetType="ip",
            **tags,
        )

    def _make_containers(self) -> None:
        ecs, name = self._session.client("ecs"), f"catalog-{self._suffix}"
        family = f"catalog-api-{self._suffix}"
        ecs.create_cluster(clusterName=name, tags=self._lower)
        ecs.register_task_definition(
            family=family,
            containerDefinitions=[{"name": "api", "image": "x", "memory": 128}],
            tags=self._lower,
        )
        ecs.create_service(
            cluster=name,
            serviceName=family,
            taskDefinition=family,
            desiredCount=0,
            tags=self._lower,
        )
        self._session.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId=f"service/{name}/{family}",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=0,
            MaxCapacity=1,
            Tags=self._plain,
        )
        self._session.client("ecr").create_repository(repositoryName=name, tags=self._upper)

    def _make_database(self) -> None:
        rds, name = self._session.client("rds"), f"catalog-{self._suffix}"
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            EngineVersion="16.8",
            MasterUsername="catalogadmin",
            MasterUserPassword="of-a-test-only",
            Tags=self._upper,
        )
        rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=name,
            DBParameterGroupFamily="aurora-postgresql16",
            Description="looks like one",
            Tags=self._upper,
        )
        self._session.client("secretsmanager").create_secret(
            Name=f"catalog/{self._suffix}/database", SecretString="x", Tags=self._upper
        )

    def _make_storage(self) -> None:
        s3, name = self._session.client("s3"), f"catalog-logs-{self._suffix}-{REGION}"
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        if self._upper:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": self._upper})
        s3.put_object(Bucket=name, Key="precious", Body=b"data")
        self._session.client("logs").create_log_group(
            logGroupName=f"/ecs/catalog-{self._suffix}", tags=self._plain
        )

    def _make_identity(self) -> None:
        iam = self._session.client("iam")
        tags = {"Tags": self._upper} if self._upper else {}
        iam.create_role(
            RoleName=f"catalog-task-{self._suffix}",
            AssumeRolePolicyDocument=json.dumps(_TRUST),
            **tags,
        )
        iam.create_policy(
            PolicyName=f"catalog-{self._suffix}", PolicyDocument=json.dumps(_POLICY), **tags
        )

    def _make_monitoring(self) -> None:
        keys = [{"TagKey": key, "TagValue": value} for key, value in self._plain.items()]
        self._session.client("kms").create_key(Description="looks like one", Tags=keys)
        self._session.client("sns").create_topic(Name=f"catalog-{self._suffix}", Tags=self._upper)
        cloudwatch = self._session.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName=f"catalog-alb-5xx-{self._suffix}",
            MetricName="HTTPCode_ELB_5XX_Count",
            Namespace="AWS/ApplicationELB",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
            Tags=self._upper,
        )
        cloudwatch.put_dashboard(
            DashboardName=f"catalog-{self._suffix}", DashboardBody=json.dumps({"widgets": []})
        )
        self._session.client("cloudfront").create_distribution_with_tags(
            DistributionConfigWithTags={
                "DistributionConfig": _distribution(f"alb-origin-{self._suffix}"),
                "Tags": {"Items": self._upper},
            }
        )


def _distribution(origin: str) -> Mapping[str, Any]:
    return {
        "CallerReference": origin,
        "Comment": "looks like one",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": origin,
                    "DomainName": "origin.example.com",
                    "CustomOriginConfig": {
                        "HTTPPort": 80,
                        "HTTPSPort": 443,
                        "OriginProtocolPolicy": "http-only",
                    },
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": origin,
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        },
    }


def add_guard_duty(session: boto3.Session, vpc: str) -> None:
    """Create what GuardDuty's runtime monitoring creates in a VPC with tasks.

    https://docs.aws.amazon.com/guardduty/latest/ug/runtime-monitoring-agent-resource-clean-up.html
    """
    ec2: Any = session.client("ec2")
    tags = [{"Key": "GuardDutyManaged", "Value": "true"}]
    group = ec2.create_security_group(
        GroupName=f"GuardDutyManagedSecurityGroup-{vpc}",
        Description="Associated with VPC-{vpc} and tagged as GuardDutyManaged",
        VpcId=vpc,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )["GroupId"]
    ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.guardduty-data",
        SecurityGroupIds=[group],
        TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": tags}],
    )


def make_look_alikes(session: boto3.Session, swept: str) -> None:
    """Create every look-alike in every service."""
    for like in look_alikes(swept):
        Maker(session, like).make()
