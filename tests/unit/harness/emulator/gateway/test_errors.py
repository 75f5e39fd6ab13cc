import pytest

from harness.emulator.gateway.aws import ApiError, parse, service_model
from harness.emulator.gateway.errors import error_response
from tests.unit.harness.emulator.gateway.fake_aws import json_call, query_call


@pytest.mark.parametrize(
    ("service", "name", "operation"),
    [("ec2", "ec2", "DescribeVpcs"), ("rds", "rds", "DescribeDBClusters"), ("ecs", "ecs", "X")],
)
def test_an_error_is_parsed_in_the_protocol_of_the_service(
    service: str, name: str, operation: str
) -> None:
    of_json = name == "ecs"
    call = json_call(service, "ListClusters") if of_json else query_call(service, operation)
    model = service_model(name).operation_model(call.operation)

    response = error_response(call.request, "ResourceInUse", "a < b", status=409)

    assert response.status == 409
    with pytest.raises(ApiError, match=f"{call.operation}: ResourceInUse: a < b"):
        parse(model, response)
