import pytest

from tests.unit.harness.preflight.sample_configuration import (
    SUFFIX,
    Case,
    Draft,
    both,
    check,
    fires,
    silent,
)

SUBNET = "aws_subnet.network_public_1"
GROUP = "aws_security_group.firewall_service"
CLUSTER = "aws_rds_cluster.database_cluster"
SERVICE = "aws_ecs_service.service"
ALB_IN = "aws_vpc_security_group_ingress_rule.firewall_alb_from_viewers_0"
DB_IN = "aws_vpc_security_group_ingress_rule.firewall_service_to_database_ingress"


def subnet(draft: Draft, **arguments: object) -> None:
    draft[SUBNET].update(arguments)


def inline(draft: Draft, **changes: object) -> None:
    """Write the database's ingress rule into its group."""
    del draft[DB_IN]
    draft["aws_security_group.firewall_database"]["ingress"] = [
        {
            "protocol": "tcp",
            "from_port": 5432,
            "to_port": 5432,
            "security_groups": ["${aws_security_group.firewall_service.id}"],
            "cidr_blocks": [],
            **changes,
        }
    ]


def classic(draft: Draft, **changes: object) -> None:
    """Write the database's ingress rule as aws_security_group_rule."""
    del draft[DB_IN]
    draft["aws_security_group_rule.db"] = {
        "type": "ingress",
        "protocol": "tcp",
        "from_port": 5432,
        "to_port": 5432,
        "security_group_id": "${aws_security_group.firewall_database.id}",
        "source_security_group_id": "${aws_security_group.firewall_service.id}",
        **changes,
    }


CASES = [
    fires(
        "ec2/invalid-cidr",
        "aws_vpc.network_vpc",
        lambda d: d["aws_vpc.network_vpc"].update(cidr_block="10.0.0.0/8"),
    ),
    fires("ec2/invalid-cidr", SUBNET, lambda d: subnet(d, cidr_block="10.0.1.5/24"), name="host"),
    fires("ec2/invalid-cidr", SUBNET, lambda d: subnet(d, cidr_block="ten"), name="malformed"),
    fires(
        "ec2/invalid-cidr",
        ALB_IN,
        lambda d: d[ALB_IN].update(cidr_ipv4="0.0.0.0/33"),
        name="rule",
    ),
    silent("ec2/invalid-cidr", lambda d: subnet(d, cidr_block="10.0.64.16/28")),
    silent("ec2/invalid-cidr", lambda d: subnet(d, cidr_block="${var.cidr}")),
    silent(
        "ec2/invalid-cidr",
        lambda d: subnet(d, cidr_block="${cidrsubnet(aws_vpc.network_vpc.cidr_block, 8, 100)}"),
        name="worked out",
    ),
    fires("ec2/subnet-outside-vpc", SUBNET, lambda d: subnet(d, cidr_block="10.1.0.0/24")),
    silent("ec2/subnet-outside-vpc", lambda d: subnet(d, cidr_block="10.0.191.0/24")),
    silent(
        "ec2/subnet-outside-vpc",
        both(
            lambda d: subnet(d, cidr_block="10.1.0.0/24"),
            lambda d: d.__setitem__(
                "aws_vpc_ipv4_cidr_block_association.more",
                {"vpc_id": "${aws_vpc.network_vpc.id}", "cidr_block": "10.1.0.0/16"},
            ),
        ),
        name="second network",
    ),
    fires(
        "ec2/overlapping-subnets",
        "aws_subnet.network_public_1",
        lambda d: subnet(d, cidr_block="10.0.0.128/25"),
    ),
    silent("ec2/overlapping-subnets", lambda d: subnet(d, cidr_block="10.0.64.0/24")),
    fires(
        "ec2/zone-of-another-region",
        SUBNET,
        lambda d: subnet(d, availability_zone="us-east-1a"),
    ),
    silent("ec2/zone-of-another-region", lambda d: subnet(d, availability_zone="eu-north-1c")),
    silent(
        "ec2/zone-of-another-region",
        both(
            lambda d: subnet(d, availability_zone="us-east-1a"),
            lambda d: d.document["provider"]["aws"][0].update(region="${var.region}"),
        ),
        name="region unknown",
    ),
    fires(
        "ec2/security-group-text",
        GROUP,
        lambda d: d[GROUP].update(description="the API's tasks"),
    ),
    fires(
        "ec2/security-group-text",
        ALB_IN,
        lambda d: d[ALB_IN].update(description="viewer -> ALB"),
        name="rule",
    ),
    silent(
        "ec2/security-group-text",
        lambda d: d[GROUP].update(description="Tasks (API): 8080/tcp, #1 [a] = {b}; $*!"),
    ),
    fires("ec2/security-group-name", GROUP, lambda d: d[GROUP].update(name=f"sg-api-{SUFFIX}")),
    silent("ec2/security-group-name", lambda d: d[GROUP].update(name=f"api-sg-{SUFFIX}")),
    fires(
        "ec2/inline-and-separate-rules",
        "aws_security_group.firewall_database",
        lambda d: d["aws_security_group.firewall_database"].update(
            ingress=[
                {
                    "protocol": "udp",
                    "from_port": 53,
                    "to_port": 53,
                    "cidr_blocks": ["10.0.0.0/16"],
                }
            ]
        ),
    ),
    silent("ec2/inline-and-separate-rules", inline),
    fires(
        "elbv2/viewers-cannot-connect",
        "aws_lb_listener.load_balancer_http",
        lambda d: d[ALB_IN].update(from_port=443, to_port=443),
    ),
    silent(
        "elbv2/viewers-cannot-connect",
        lambda d: d[ALB_IN].update(cidr_ipv4=None, prefix_list_id="pl-cloudfront"),
        name="CloudFront's prefix list",
    ),
    silent(
        "elbv2/viewers-cannot-connect",
        lambda d: d[ALB_IN].update(ip_protocol="-1", from_port=None, to_port=None),
        name="all traffic",
    ),
    fires(
        "rds/tasks-cannot-connect",
        SERVICE,
        lambda d: d[DB_IN].update(from_port=3306, to_port=3306),
        also={"rds/open-wider-than-needed"},
    ),
    fires(
        "rds/tasks-cannot-connect",
        SERVICE,
        lambda d: d[CLUSTER].update(port=6432),
        name="other port",
        also={"rds/open-wider-than-needed"},
    ),
    fires(
        "rds/tasks-cannot-connect",
        SERVICE,
        lambda d: inline(d, security_groups=["${aws_security_group.firewall_alb.id}"]),
        name="inline rule for another group",
    ),
    fires(
        "rds/tasks-cannot-connect",
        SERVICE,
        lambda d: classic(d, type="egress"),
        name="rule of the other direction",
    ),
    silent("rds/tasks-cannot-connect", inline, name="inline rule"),
    silent("rds/tasks-cannot-connect", classic, name="classic rule"),
    silent(
        "rds/tasks-cannot-connect",
        lambda d: inline(d, security_groups=[], cidr_blocks=["10.0.0.0/16"]),
        name="by network",
    ),
    silent(
        "rds/tasks-cannot-connect",
        lambda d: inline(d, security_groups="${var.groups}"),
        name="unknown groups",
    ),
    fires(
        "rds/open-wider-than-needed",
        CLUSTER,
        lambda d: inline(d, security_groups=[], cidr_blocks=["0.0.0.0/0"]),
    ),
    fires(
        "rds/open-wider-than-needed",
        CLUSTER,
        lambda d: classic(d, protocol="-1", from_port=0, to_port=0),
        name="all ports",
    ),
    silent(
        "rds/open-wider-than-needed",
        lambda d: inline(d, security_groups=[], cidr_blocks=["10.0.2.0/23"]),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)
