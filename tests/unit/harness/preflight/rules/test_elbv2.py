import json
from functools import partial

import pytest

from tests.unit.harness.preflight.sample_configuration import (
    SUFFIX,
    ZONES,
    Case,
    Draft,
    both,
    check,
    fires,
    silent,
)

ALB = "aws_lb.load_balancer_alb"
TARGETS = "aws_lb_target_group.load_balancer_targets"
LISTENER = "aws_lb_listener.load_balancer_http"
SERVICE = "aws_ecs_service.service"
POLICY = "aws_s3_bucket_policy.storage_policy"
ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration.storage_encryption"
ARN = "${aws_s3_bucket.storage_log_bucket.arn}"
BUCKET_NAME = f"catalog-logs-{SUFFIX}-eu-north-1"
LOG_POLICY = "elbv2/access-log-bucket-policy"


def listener(draft: Draft, name: str, **arguments: object) -> None:
    draft[f"aws_lb_listener.{name}"] = {
        "load_balancer_arn": "${aws_lb.load_balancer_alb.arn}",
        "port": 81,
        "protocol": "HTTP",
        "default_action": [{"type": "redirect"}],
        **arguments,
    }
    draft[f"aws_vpc_security_group_ingress_rule.{name}"] = {
        **draft["aws_vpc_security_group_ingress_rule.firewall_alb_from_viewers_0"],
        "from_port": 81,
        "to_port": 81,
    }


def listener_rules(draft: Draft, *priorities: object) -> None:
    for number, priority in enumerate(priorities):
        draft[f"aws_lb_listener_rule.r{number}"] = {
            "listener_arn": "${aws_lb_listener.load_balancer_http.arn}",
            "priority": priority,
        }


def in_one_zone(draft: Draft) -> None:
    draft["aws_subnet.network_public_1"]["availability_zone"] = ZONES % 0


def third_subnet(draft: Draft, zone: int) -> None:
    draft["aws_subnet.third"] = {
        "vpc_id": "${aws_vpc.network_vpc.id}",
        "cidr_block": "10.0.64.0/24",
        "availability_zone": ZONES % zone,
    }
    draft[ALB]["subnets"] = [*draft[ALB]["subnets"], "${aws_subnet.third.id}"]


def without_gateway(draft: Draft) -> None:
    del draft["aws_internet_gateway.network_internet"]
    del draft["aws_route.network_public_route"]
    draft[ALB]["depends_on"] = [POLICY]


def log_policy(
    draft: Draft, principal: object, resource: str, action: str = "s3:PutObject"
) -> None:
    draft[POLICY]["policy"] = json.dumps(
        {
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": action,
                    "Resource": resource,
                }
            ]
        }
    )


def curl(draft: Draft, url: str = "http://localhost:8080/healthz") -> None:
    command = ["CMD-SHELL", f"curl -f {url} || exit 1"]
    draft.containers(lambda c: c[0].update(healthCheck={"command": command}))


def health(draft: Draft, **arguments: object) -> None:
    draft[TARGETS]["health_check"].update(arguments)


STOCKHOLM = {"AWS": "arn:aws:iam::897822967062:root"}
SERVICE_PRINCIPAL = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
CASES = [
    fires("elbv2/load-balancer-name", ALB, lambda d: d[ALB].update(name=f"{SUFFIX}-{'x' * 26}")),
    fires("elbv2/load-balancer-name", ALB, lambda d: d[ALB].update(name=f"a_{SUFFIX}"), name="_"),
    fires(
        "elbv2/load-balancer-name",
        ALB,
        lambda d: d[ALB].update(name=f"internal-{SUFFIX}"),
        name="reserved",
    ),
    silent("elbv2/load-balancer-name", lambda d: d[ALB].update(name=f"{SUFFIX}-{'x' * 25}")),
    fires(
        "elbv2/target-group-name",
        TARGETS,
        lambda d: d[TARGETS].update(name=f"-{SUFFIX}"),
    ),
    silent("elbv2/target-group-name", lambda d: d[TARGETS].update(name=None, name_prefix="api")),
    fires("elbv2/too-few-zones", ALB, in_one_zone),
    silent(
        "elbv2/too-few-zones",
        both(
            in_one_zone,
            lambda d: d[ALB].update(load_balancer_type="network", access_logs=[]),
        ),
        also={"api/documented-value"},
    ),
    silent(
        "elbv2/too-few-zones",
        lambda d: d[ALB].update(subnets="${data.aws_subnets.public.ids}"),
        also={"terraform/undeclared-resource"},
        name="unknown",
    ),
    fires("elbv2/subnets-in-same-zone", ALB, lambda d: third_subnet(d, 1)),
    silent("elbv2/subnets-in-same-zone", lambda d: third_subnet(d, 2)),
    fires("elbv2/target-group-incomplete", TARGETS, lambda d: d[TARGETS].update(vpc_id=None)),
    silent(
        "elbv2/target-group-incomplete",
        lambda d: d.__setitem__(
            "aws_lb_target_group.function",
            {"name": f"fn-{SUFFIX}", "target_type": "lambda"},
        ),
    ),
    fires(
        "elbv2/listener-certificate",
        "aws_lb_listener.tls",
        lambda d: listener(d, "tls", protocol="HTTPS"),
    ),
    fires(
        "elbv2/listener-certificate",
        LISTENER,
        lambda d: d[LISTENER].update(certificate_arn="arn:aws:acm:x"),
        name="HTTP",
    ),
    silent(
        "elbv2/listener-certificate",
        lambda d: listener(d, "tls", protocol="HTTPS", certificate_arn="${var.certificate}"),
    ),
    fires(
        "elbv2/duplicate-listener-port",
        "aws_lb_listener.second",
        lambda d: listener(d, "second", port="80"),
    ),
    silent("elbv2/duplicate-listener-port", lambda d: listener(d, "second")),
    fires(
        "elbv2/duplicate-listener-priority",
        "aws_lb_listener_rule.r1",
        lambda d: listener_rules(d, 10, 10),
    ),
    silent("elbv2/duplicate-listener-priority", lambda d: listener_rules(d, 10, 20, None)),
    fires("elbv2/no-internet-gateway", ALB, without_gateway),
    fires(
        "elbv2/no-internet-gateway",
        ALB,
        lambda d: d[ALB].update(depends_on=[POLICY]),
        name="later",
    ),
    silent(
        "elbv2/no-internet-gateway",
        both(without_gateway, lambda d: d[ALB].update(internal=True)),
    ),
    fires(
        "elbv2/deletion-protection",
        ALB,
        lambda d: d[ALB].update(enable_deletion_protection="true"),
    ),
    silent("elbv2/deletion-protection", lambda d: d[ALB].update(enable_deletion_protection=False)),
    fires("elbv2/health-check-interval", TARGETS, lambda d: health(d, timeout=10)),
    fires(
        "elbv2/health-check-interval",
        TARGETS,
        lambda d: health(d, timeout=30, interval=None),
        name="default interval",
    ),
    silent("elbv2/health-check-interval", lambda d: health(d, timeout=9)),
    fires("elbv2/health-check-port", SERVICE, lambda d: health(d, port="80")),
    silent("elbv2/health-check-port", lambda d: health(d, port="8080")),
    silent(
        "elbv2/health-check-port",
        both(
            lambda d: health(d, port="9000"),
            lambda d: d.containers(
                lambda c: c.append(
                    {"name": "probe", "image": "x", "portMappings": [{"containerPort": 9000}]}
                )
            ),
        ),
        name="another container's",
    ),
    fires("elbv2/health-check-path", SERVICE, both(lambda d: health(d, path="/ping"), curl)),
    *(
        fires("elbv2/health-check-path", SERVICE, partial(curl, url=url), name=url)
        for url in ("http://127.0.0.1", "https://[::1]:8080?ready=1", "'http://localhost/ping'")
    ),
    *(
        silent("elbv2/health-check-path", partial(curl, url=url), name=url)
        for url in (
            *("http://localhost:$PORT/ping", "http://localhost:9000/ping", "http://other/ping"),
            *("http://localhost:8080/healthz#here", "http://localhost:99999/ping"),
        )
    ),
    silent(
        "elbv2/health-check-path",
        both(
            lambda d: health(d, path="/ping"),
            lambda d: d.containers(
                lambda c: c[0].update(healthCheck={"command": ["CMD", "check"]})
            ),
        ),
    ),
    fires(
        LOG_POLICY,
        ALB,
        lambda d: d.__delitem__(POLICY),
    ),
    fires(
        LOG_POLICY,
        ALB,
        lambda d: log_policy(d, {"AWS": "arn:aws:iam::127311923021:root"}, f"{ARN}/*"),
        name="another region's account",
    ),
    fires(
        LOG_POLICY,
        ALB,
        lambda d: log_policy(d, SERVICE_PRINCIPAL, f"{ARN}/AWSLogs/*"),
        name="without the prefix",
    ),
    fires(
        LOG_POLICY,
        ALB,
        lambda d: log_policy(d, SERVICE_PRINCIPAL, f"{ARN}/*", "s3:GetObject"),
        name="reads only",
    ),
    silent(LOG_POLICY, lambda d: log_policy(d, STOCKHOLM, f"{ARN}/*")),
    silent(
        LOG_POLICY,
        lambda d: log_policy(
            d,
            {"AWS": "897822967062"},
            f"arn:aws:s3:::{BUCKET_NAME}/alb/AWSLogs/*",
        ),
        name="literal bucket",
    ),
    silent(
        LOG_POLICY,
        both(
            lambda d: d.__setitem__("data.aws_elb_service_account.main", {}),
            lambda d: log_policy(
                d, {"AWS": "${data.aws_elb_service_account.main.arn}"}, f"{ARN}/*"
            ),
        ),
        name="data source",
    ),
    silent(
        LOG_POLICY,
        both(
            lambda d: d.__delitem__(POLICY), lambda d: d[ALB]["access_logs"].update(enabled=False)
        ),
        name="logs off",
    ),
    fires(
        "elbv2/access-log-bucket-encryption",
        ALB,
        lambda d: d[ENCRYPTION].update(
            rule=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"}}]
        ),
    ),
    silent(
        "elbv2/access-log-bucket-encryption", lambda d: d[ENCRYPTION].update(rule="${var.rules}")
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    check(case)
