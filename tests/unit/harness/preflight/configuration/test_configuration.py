from typing import Any

import pytest

from harness.preflight.configuration import Configuration, Resource, computed_once, configuration_of


def configuration(resources: dict[str, Any], **more: Any) -> Configuration:
    return configuration_of({"resource": resources, **more})


def resource(of: Configuration, address: str) -> Resource:
    found = of.find(address)
    assert found is not None
    return found


CHAIN = {
    "aws_vpc": {"v": {}},
    "aws_subnet": {"s": {"vpc_id": "${aws_vpc.v.id}"}},
    "aws_lb": {"l": {"subnets": ["${aws_subnet.s.id}"], "depends_on": ["aws_eip.e"]}},
    "aws_eip": {"e": {"tags": {"lb": "x ${aws_vpc.v.arn}"}}},
}


def test_a_reference_is_followed_to_its_resource() -> None:
    found = configuration(CHAIN)
    subnet = resource(found, "aws_subnet.s")
    vpc = subnet.follow("vpc_id", "aws_vpc")
    assert vpc is not None
    assert vpc.address == "aws_vpc.v"
    assert subnet.follow("vpc_id", "aws_lb") is None


def test_a_literal_name_is_followed_when_it_is_the_only_one() -> None:
    buckets = {"a": {"bucket": "logs"}, "b": {"bucket": "other"}}
    policy = {"p": {"bucket": "logs"}, "q": {"bucket": "elsewhere"}}
    found = configuration({"aws_s3_bucket": buckets, "aws_s3_bucket_policy": policy})
    named = resource(found, "aws_s3_bucket_policy.p").follow("bucket", "aws_s3_bucket")
    assert named is not None
    assert named.address == "aws_s3_bucket.a"
    assert resource(found, "aws_s3_bucket_policy.q").follow("bucket", "aws_s3_bucket") is None


def test_a_list_is_followed_only_as_a_whole() -> None:
    assert resource(configuration(CHAIN), "aws_lb.l").follow_all("subnets", "aws_subnet")
    repeated = {**CHAIN, "aws_subnet": {"s": {"count": 2}}}
    assert resource(configuration(repeated), "aws_lb.l").follow_all("subnets") is None


def test_dependencies_are_transitive_and_include_depends_on() -> None:
    found = configuration(CHAIN)
    balancer, vpc = resource(found, "aws_lb.l"), resource(found, "aws_vpc.v")
    assert found.all_dependents(vpc) == {"aws_subnet.s", "aws_lb.l", "aws_eip.e"}
    assert found.all_dependents(resource(found, "aws_eip.e")) == {"aws_lb.l"}
    assert balancer.depends_on(vpc)
    assert not vpc.depends_on(balancer)


def test_resources_in_a_circle_depend_on_each_other_and_on_themselves() -> None:
    groups = {"a": {"name": "${aws_sns_topic.b.id}"}, "b": {"name": "${aws_sns_topic.a.id}"}}
    found = configuration({"aws_sns_topic": groups})
    one = resource(found, "aws_sns_topic.a")
    assert found.all_dependents(one) == {"aws_sns_topic.a", "aws_sns_topic.b"}
    assert one.depends_on(resource(found, "aws_sns_topic.b"))


@pytest.mark.parametrize(
    "expression",
    [
        "true ? null : aws_vpc.v.id",
        "[for k in [] : aws_vpc.v.id]",
        "length([local.v])",
    ],
)
def test_what_an_expression_names_without_using_it_is_created_before(expression: str) -> None:
    endpoint = {"e": {"vpc_id": f"${{{expression}}}"}}
    named = {"v": "${aws_vpc.v.arn}"}
    found = configuration({"aws_vpc": {"v": {}}, "aws_vpc_endpoint": endpoint}, locals=named)
    vpc, using = resource(found, "aws_vpc.v"), resource(found, "aws_vpc_endpoint.e")
    assert found.all_dependents(vpc) == set()
    assert found.dependents(vpc, "aws_vpc_endpoint") == []
    assert using.depends_on(vpc)


@pytest.mark.parametrize(
    "text",
    [
        "${aws_vpc.v.id}",
        "a ${aws_vpc.v.id} b",
        "a ${local.v} b",
        "${local.v}",
        '${"${aws_vpc.v.id}-x"}',
        "a ${upper(aws_vpc.v.id)} b",
        "${true ? aws_vpc.v.id : null}",
        "${aws_vpc.v.id ~ a syntax that is not known}",
    ],
)
def test_a_resource_depends_on_what_its_expressions_use(text: str) -> None:
    endpoint = {"e": {"tags": [{"a": text}]}}
    named = {"v": "${aws_vpc.v.arn}"}
    found = configuration({"aws_vpc": {"v": {}}, "aws_vpc_endpoint": endpoint}, locals=named)
    assert found.all_dependents(resource(found, "aws_vpc.v")) == {"aws_vpc_endpoint.e"}


def test_the_traversals_of_a_resource_are_listed_once() -> None:
    tags = {"a": "${join(aws_vpc.v.id, aws_vpc.v.id)}", "b": "${aws_vpc.v.id}"}
    found = configuration({"aws_eip": {"e": {"tags": tags}}})
    (traversal,) = resource(found, "aws_eip.e").traversals
    assert traversal.text == "aws_vpc.v.id"


def test_what_a_dynamic_block_is_repeated_for_is_outside_of_its_iterator() -> None:
    rule = {"for_each": ["${aws_vpc.v.id}"], "iterator": "aws_vpc", "content": {}}
    rule["content"] = {"cidr_block": "${aws_vpc.value}", "//": "was ${aws_eip.gone.id}"}
    found = configuration({"aws_vpc": {"v": {}}, "aws_eip": {"e": {"dynamic": {"rule": rule}}}})
    address = resource(found, "aws_eip.e")
    assert [traversal.text for traversal in address.traversals] == ["aws_vpc.v.id"]
    assert address.depends_on(resource(found, "aws_vpc.v"))


def test_dependents_are_of_the_given_types_in_the_order_of_the_types() -> None:
    found = configuration(CHAIN)
    dependents = found.dependents(resource(found, "aws_vpc.v"), "aws_eip", "aws_subnet", "aws_lb")
    assert [each.address for each in dependents] == ["aws_eip.e", "aws_subnet.s"]
    assert found.dependents(resource(found, "aws_lb.l"), "aws_eip") == []


def test_a_function_is_computed_once_for_each_resource_and_arguments() -> None:
    found = configuration(CHAIN)
    asked: list[tuple[str, str]] = []

    @computed_once
    def tags(of: Resource, name: str) -> object:
        asked.append((of.type, name))
        return of.value(name)

    vpc, eip = resource(found, "aws_vpc.v"), resource(found, "aws_eip.e")
    values = [tags(vpc, "tags"), tags(eip, "tags"), tags(vpc, "tags"), tags(eip, "domain")]

    assert asked == [("aws_vpc", "tags"), ("aws_eip", "tags"), ("aws_eip", "domain")]
    assert values[0] is values[2] is values[3] is None
    assert values[1] == eip.value("tags")


def test_a_resource_without_instance_is_left_out_but_declared() -> None:
    found = configuration({"aws_vpc": {"v": {"count": 0}}})
    assert found.resources() == []
    assert "aws_vpc.v" in found.declared


def test_an_incomplete_configuration_has_a_reason() -> None:
    assert configuration({}).incomplete == ""
    assert configuration({}, module={"m": {"source": "a/b/c"}}).incomplete == "not read: module m"


def test_the_region_is_that_of_the_only_default_provider() -> None:
    two = [{"region": "eu-north-1"}, {"region": "us-east-1", "alias": "edge"}]
    assert configuration({}, provider={"aws": two}).region() == "eu-north-1"
    assert configuration({}, provider={"aws": {"region": "${var.r}"}}).region() is None
    assert configuration({}).region() is None


def test_the_backend_is_named_with_its_arguments() -> None:
    found = configuration({}, terraform={"backend": {"s3": {"bucket": "b"}}}).backend()
    assert found is not None
    assert found[0] == "s3"
    assert found[1].text("bucket") == "b"
    assert configuration({}).backend() is None


def addresses_of_routes(target: str | None) -> list[str] | None:
    routes = {"aws_route": {"r": {"route_table_id": target}}} if target else {}
    found = configuration({"aws_route_table": {"t": {}}, **routes})
    table = resource(found, "aws_route_table.t")
    referring = found.all_referring("aws_route", "route_table_id", table)
    return None if referring is None else [route.address for route in referring]


def test_all_resources_that_refer_to_another_one_are_none_if_uncertain() -> None:
    assert addresses_of_routes(None) == []
    assert addresses_of_routes("${aws_route_table.t.id}") == ["aws_route.r"]
    assert addresses_of_routes("${var.table}") is None


def test_a_resource_has_the_region_of_its_provider() -> None:
    two = [{"region": "eu-north-1"}, {"region": "us-east-1", "alias": "edge"}]
    found = configuration(
        {
            "aws_vpc": {
                "default": {},
                "edge": {"provider": "aws.edge"},
                "quoted": {"provider": "${aws.edge}"},
                "own": {"region": "eu-west-1"},
                "unknown": {"provider": "${var.p}"},
            }
        },
        provider={"aws": two},
    )
    regions = [r.region() for r in found.resources()]
    assert regions == ["eu-north-1", "us-east-1", "us-east-1", "eu-west-1", None]


def test_a_known_count_of_one_is_one_certain_instance() -> None:
    found = configuration(
        {"aws_vpc": {"v": {"count": "${local.create ? 1 : 0}"}, "w": {"for_each": ["a", "b"]}}},
        locals={"create": True},
    )
    assert not resource(found, "aws_vpc.v").repeated
    assert resource(found, "aws_vpc.w").repeated
    assert not resource(found, "aws_vpc.w").conditional


def test_a_count_that_evaluates_to_zero_leaves_the_resource_out() -> None:
    resources = {"aws_vpc": {"v": {"count": "${local.create ? 1 : 0}"}, "w": {"for_each": {}}}}
    found = configuration(resources, locals={"create": False})
    assert found.resources() == []
