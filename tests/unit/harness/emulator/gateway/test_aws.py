import pytest
from ministack.core import responses, router

from harness.emulator.gateway.aws import ApiError, build, limit_service_models, service_model
from tests.unit.harness.emulator.gateway.fake_aws import CALLER, FakeAws, ecs_error, elb_error

pytestmark = pytest.mark.anyio


async def test_a_query_call_is_signed_for_its_caller_and_parsed(aws: FakeAws) -> None:
    aws.responses["DescribeTargetGroups"] = {"TargetGroups": [{"TargetGroupName": "a"}]}

    result = await aws.api.call(CALLER, "elbv2", "DescribeTargetGroups", Names=["a"])

    assert result["TargetGroups"] == [{"TargetGroupName": "a"}]
    assert aws.calls == [("DescribeTargetGroups", {"Names": ["a"]})]
    assert "111122223333" in aws.requests[0].header("authorization")
    assert aws.requests[0].header("host") == "elasticloadbalancing.eu-north-1.amazonaws.com"


async def test_a_json_call_is_parsed(aws: FakeAws) -> None:
    aws.responses["ListClusters"] = {"clusterArns": ["arn"]}

    assert (await aws.api.call(CALLER, "ecs", "ListClusters"))["clusterArns"] == ["arn"]


async def test_a_parameter_may_have_the_name_of_an_argument(aws: FakeAws) -> None:
    await aws.api.call(CALLER, "ecs", "UpdateService", service="s", cluster="c")

    assert aws.parameters("UpdateService") == [{"service": "s", "cluster": "c"}]


def test_a_rest_call_has_fixed_and_given_parameters() -> None:
    cloudfront = service_model("cloudfront")

    tag = build(cloudfront.operation_model("TagResource"), CALLER, {"Resource": "a", "Tags": {}})
    listing = build(cloudfront.operation_model("ListDistributions"), CALLER, {"MaxItems": "7"})

    assert (tag.method, tag.path, tag.query) == (
        "POST",
        "/2020-05-31/tagging",
        "Operation=Tag&Resource=a",
    )
    assert (listing.path, listing.query) == ("/2020-05-31/distribution", "MaxItems=7")


async def test_errors_have_the_code_of_aws(aws: FakeAws) -> None:
    aws.responses["DescribeTargetGroups"] = elb_error("DescribeTargetGroups", "TargetGroupNotFound")
    aws.responses["ListTasks"] = ecs_error("ClusterNotFoundException")

    with pytest.raises(ApiError) as query:
        await aws.api.call(CALLER, "elbv2", "DescribeTargetGroups")
    with pytest.raises(ApiError, match="ListTasks") as json:
        await aws.api.call(CALLER, "ecs", "ListTasks")

    assert query.value.code == "TargetGroupNotFound"
    assert json.value.code == "ClusterNotFoundException"


@pytest.mark.parametrize(
    ("service", "name"),
    # The files of the last two are indented, or begin with something else.
    [("elasticloadbalancing", "elbv2"), *((each, each) for each in ("s3", "kafka", "appmesh"))],
)
def test_ministack_finds_the_protocol_of_a_service_without_its_operations(
    monkeypatch: pytest.MonkeyPatch, service: str, name: str
) -> None:
    monkeypatch.setattr(responses, "_service_model", None)
    limit_service_models()

    found = responses._service_model(service)

    assert found.metadata == service_model(name).metadata
    assert found.operation_names == []


def test_an_unknown_service_has_no_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "_service_model", None)
    limit_service_models()

    assert responses._service_model("not-a-service") is None


def test_a_service_that_ministack_does_not_have_is_named_without_reading_every_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(router, "_is_aws_service_name", router._is_aws_service_name)
    monkeypatch.setattr(router, "_KNOWN_AWS_SERVICE_NAMES", None)
    limit_service_models()

    scope = "AWS4-HMAC-SHA256 Credential=000000000000/20261126/eu-north-1/glacier/aws4_request"
    detected = router.detect_service("GET", "/-/vaults", {"authorization": scope}, {})

    assert detected == "glacier"
    assert router._KNOWN_AWS_SERVICE_NAMES is None
