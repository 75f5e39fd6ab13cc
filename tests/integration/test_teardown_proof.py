import json
from typing import Any

import pytest

from harness.aws.resources.ownership import Ownership
from harness.aws.resources.resource import Kind
from harness.catalog.names import physical_names
from harness.core.errors import LeakError
from harness.targets.base import Target
from harness.teardown.proof import TeardownProof, prove_teardown
from stack.outputs import CatalogOutputs


def prove(target: Target, suffix: str) -> TeardownProof:
    return prove_teardown(target, Ownership(suffix, physical_names(suffix, target.region)))


def test_the_proof_finds_what_is_still_deployed(target: Target, outputs: CatalogOutputs) -> None:
    proof = prove(target, outputs.environment_suffix)

    kinds = {left.resource.kind for left in proof.leftovers}
    # The stack makes nothing in three services, and no snapshots.
    assert {kind.service for kind in kinds} == set(proof.queried) - {"ecr", "kms", "sns"}
    named = physical_names("", "").keys() - {Kind.DB_CLUSTER_SNAPSHOT}
    assert kinds >= {kind for kind in named if kind.service in proof.queried}
    with pytest.raises(LeakError, match=outputs.vpc_id):
        proof.require_clean()


def test_the_proof_finds_nothing_of_another_suffix(target: Target, outputs: CatalogOutputs) -> None:
    assert prove(target, f"{outputs.environment_suffix}-0").leftovers == ()


def test_the_proof_names_whatever_carries_a_tag_of_the_run(
    target: Target, outputs: CatalogOutputs
) -> None:
    """One resource of each of some kinds that the stack does not make, and a look-alike."""
    suffix, session = "nowhere-1", target.session()
    upper = [{"Key": "EnvironmentSuffix", "Value": suffix}]
    clients: Any = [session.client(name) for name in ("ec2", "sns", "ecr", "iam")]
    ec2, sns, ecr, iam = clients
    specification: Any = [{"ResourceType": "network-acl", "Tags": upper}]
    acl = ec2.create_network_acl(VpcId=outputs.vpc_id or "", TagSpecifications=specification)
    topic = sns.create_topic(Name="elsewhere", Tags=upper)["TopicArn"]
    ecr.create_repository(repositoryName="elsewhere", tags=upper)
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(
        RoleName=f"catalog-task-{suffix}-other",
        AssumeRolePolicyDocument=json.dumps(trust),
        Tags=[{"Key": "Project", "Value": "payments"}],
    )
    try:
        kinds = {left.resource.kind for left in prove(target, suffix).leftovers}
    finally:
        ec2.delete_network_acl(NetworkAclId=acl["NetworkAcl"]["NetworkAclId"])
        sns.delete_topic(TopicArn=topic)
        ecr.delete_repository(repositoryName="elsewhere")
        iam.delete_role(RoleName=f"catalog-task-{suffix}-other")

    assert kinds == {Kind.NETWORK_ACL, Kind.TOPIC, Kind.REPOSITORY}
