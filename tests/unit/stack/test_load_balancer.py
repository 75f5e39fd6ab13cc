from tests.unit.stack.conftest import SUFFIX
from tests.unit.stack.template import Template


def test_the_load_balancer_faces_the_internet_from_the_public_subnets(template: Template) -> None:
    balancer = template.resource("aws_lb", name=f"catalog-alb-{SUFFIX}")
    group = template.resource("aws_security_group", name=f"catalog-alb-{SUFFIX}")
    assert balancer["load_balancer_type"] == "application"
    assert balancer["internal"] is False
    assert balancer["subnets"] == template.outputs["public_subnet_ids"]
    assert balancer["security_groups"] == [group.ref("id")]
    assert balancer["enable_deletion_protection"] is False
    assert balancer["drop_invalid_header_fields"] is True


def test_access_logs_have_the_prefix_that_the_bucket_policy_allows(template: Template) -> None:
    balancer = template.resource("aws_lb")
    bucket = template.resource("aws_s3_bucket").ref("id")
    assert balancer["access_logs"] == {"bucket": bucket, "prefix": "alb", "enabled": True}
    assert template.resource("aws_s3_bucket_policy").address in balancer["depends_on"]


def test_the_load_balancer_is_created_after_the_route_to_the_internet_gateway(
    template: Template,
) -> None:
    gateway = template.resource("aws_internet_gateway").ref("id")
    route = template.resource("aws_route", gateway_id=gateway)
    assert route.address in template.resource("aws_lb")["depends_on"]


def test_the_listener_forwards_http_to_the_target_group(template: Template) -> None:
    listener = template.resource("aws_lb_listener")
    group = template.resource("aws_lb_target_group")
    assert listener["load_balancer_arn"] == template.resource("aws_lb").ref("arn")
    assert (listener["port"], listener["protocol"]) == (80, "HTTP")
    assert listener["default_action"] == [{"type": "forward", "target_group_arn": group.ref("arn")}]


def test_targets_are_addresses_and_must_answer_the_health_check(template: Template) -> None:
    group = template.resource("aws_lb_target_group", name=f"catalog-tg-{SUFFIX}")
    assert group["target_type"] == "ip"
    assert (group["port"], group["protocol"]) == (8080, "HTTP")
    assert group["health_check"] == {
        "enabled": True,
        "path": "/healthz",
        "protocol": "HTTP",
        "port": "traffic-port",
        "matcher": "200",
        "interval": 10,
        "timeout": 5,
        "healthy_threshold": 2,
        "unhealthy_threshold": 3,
    }


def test_a_leaving_target_is_not_waited_for_long(template: Template) -> None:
    assert 15 <= int(template.resource("aws_lb_target_group")["deregistration_delay"]) <= 30


def test_targets_listen_on_the_containers_port(varied: Template) -> None:
    assert varied.resource("aws_lb_target_group")["port"] == 9000
