"""A cloud that takes its time: what fails at once, and passes with a wait or a retry."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.aws.emulator_session import EmulatorSession
from harness.core.wait import wait_until
from tests.component.harness.emulator.gateway.emulator_process import emulator, session_of
from tests.unit.harness.emulator.sample_cloud_info import CREDENTIALS

REGION = "eu-north-1"
POLICY = '{"Version": "2012-10-17", "Statement": []}'
CALLS = 60

Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("delays")
    with emulator("harness.emulator.gateway", folder, aws_delays=True) as cloud:
        yield cloud.await_ready()


@pytest.fixture
def client(endpoint: str, account: str) -> Client:
    """The clients of the harness, which retry calls that are throttled."""
    return EmulatorSession(
        endpoint=endpoint, region=REGION, access_key=account, secret_key=CREDENTIALS.secret_key
    ).client


def eventually(observe: Callable[[], Any], ready: Callable[[Any], bool]) -> Any:
    return wait_until(observe, what="it to change", ready=ready, timeout=20.0, delay=0.1)


def test_a_client_without_retries_is_throttled(endpoint: str, account: str) -> None:
    client = session_of(endpoint, account=account).client("ecs")

    def call_often() -> None:
        for _ in range(CALLS):
            client.list_clusters()

    with pytest.raises(ClientError, match="ThrottlingException"):
        call_often()


def test_the_clients_of_the_harness_are_not_throttled(client: Client) -> None:
    ecs = client("ecs")

    for _ in range(CALLS):
        ecs.list_clusters()


def test_a_new_role_is_found_after_a_wait(client: Client) -> None:
    iam = client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=POLICY)

    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.get_role(RoleName="r")
    iam.get_waiter("role_exists").wait(RoleName="r")


def test_a_deleted_role_is_gone_after_a_wait(client: Client) -> None:
    iam = client("iam")

    def names() -> list[str]:
        return [each["RoleName"] for each in iam.list_roles()["Roles"]]

    iam.create_role(RoleName="r", AssumeRolePolicyDocument=POLICY)
    assert names() == ["r"]
    iam.delete_role(RoleName="r")

    assert names() == ["r"]
    assert eventually(names, lambda found: not found) == []


def test_tags_are_found_after_a_wait(client: Client) -> None:
    tags = client("resourcegroupstaggingapi")
    client("ecs").create_cluster(clusterName="c", tags=[{"key": "k", "value": "v"}])

    def found() -> list[Any]:
        filters = [{"Key": "k", "Values": ["v"]}]
        mappings: list[Any] = tags.get_resources(TagFilters=filters)["ResourceTagMappingList"]
        return mappings

    assert found() == []
    assert len(eventually(found, bool)) == 1


def test_a_gateway_is_attached_after_a_wait(client: Client) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]

    def attached() -> list[Any]:
        described = ec2.describe_internet_gateways(InternetGatewayIds=[gateway])
        attachments: list[Any] = described["InternetGateways"][0]["Attachments"]
        return attachments

    with ThreadPoolExecutor() as pool:
        attaching = pool.submit(ec2.attach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc)
        assert attached() == []
        attaching.result()

    assert len(attached()) == 1


def test_a_deleted_cluster_is_gone_after_a_wait(client: Client) -> None:
    rds = client("rds")
    given = {"Engine": "aurora-postgresql", "EngineVersion": "16.8", "MasterUsername": "catalog"}
    rds.create_db_cluster(DBClusterIdentifier="c", MasterUserPassword="of-a-test-only", **given)
    rds.delete_db_cluster(DBClusterIdentifier="c", SkipFinalSnapshot=True)

    def status() -> str:
        try:
            (found,) = rds.describe_db_clusters(DBClusterIdentifier="c")["DBClusters"]
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return str(found["Status"])

    assert status() == "deleting"
    assert eventually(status, lambda found: found != "deleting") == "DBClusterNotFoundFault"


def test_a_load_balancer_beside_the_attachment_of_the_gateway_is_refused(client: Client) -> None:
    ec2, elbv2 = client("ec2"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]

    with ThreadPoolExecutor() as pool:
        attaching = pool.submit(ec2.attach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc)
        with pytest.raises(ClientError, match=f"InvalidSubnet.*VPC {vpc} has no internet gateway"):
            elbv2.create_load_balancer(Name="early", Subnets=[subnet])
        attaching.result()

    elbv2.create_load_balancer(Name="later", Subnets=[subnet])
