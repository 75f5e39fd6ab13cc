"""Which resources belong to a run, and which only look like it."""

import pytest

from harness.aws.resources.ownership import Ownership
from harness.aws.resources.resource import Kind, Resource
from harness.aws.tags import PROJECT_TAGS
from harness.catalog.names import physical_names
from tests.unit.harness.aws.resources.fake_account import ARN, REGION, tags

SUFFIX = "dev1"
NAMES = physical_names(SUFFIX, REGION)
RUN = Ownership(SUFFIX, NAMES)
OURS = tags(SUFFIX)
# Names of other projects in which the suffix, or a name of the stack, occurs.
SIMILAR = (
    *("payments-api-dev1", "/aws/lambda/orders-dev1", "orders/dev1/database", "dev1"),
    *("catalog-dev1-2", "catalog-dev12", "catalog-dev", "acatalog-dev1", "service/dev1/api"),
    *("/ecs/catalog-dev1/x", "catalog-task-dev1-old", "catalog-alb-5xx-dev1-old", "alb-origin-dev"),
    *("catalog-logs-dev1", f"catalog-logs-dev1-b-{REGION}", "catalog-reader-dev1"),
)
NAMED = tuple((kind, name) for kind, some in NAMES.items() for name in sorted(some))


def is_owned(resource: Resource, run: Ownership = RUN) -> bool:
    return resource in run.owned([resource])


@pytest.mark.parametrize("kind", Kind)
class TestEveryKind:
    def test_the_three_tags_make_it_the_runs(self, kind: Kind) -> None:
        resource = Resource(kind, "x", tags=OURS)

        assert RUN.owned([resource]) == {resource: "tag EnvironmentSuffix=dev1"}

    def test_the_tag_of_its_suffix_alone_makes_it_the_runs(self, kind: Kind) -> None:
        """But does not let the sweep delete it: that requires all three."""
        resource = Resource(kind, "x", tags={"EnvironmentSuffix": SUFFIX})

        assert RUN.owned([resource]) == {resource: "tag EnvironmentSuffix=dev1"}
        assert not RUN.by_tags(resource)

    def test_the_tag_of_its_run_alone_makes_it_the_runs(self, kind: Kind) -> None:
        resource = Resource(kind, "x", tags={"RunId": "dev1-2026"})

        assert Ownership(SUFFIX, run_id="dev1-2026").owned([resource]) == {
            resource: "tag RunId=dev1-2026"
        }
        assert not Ownership(SUFFIX, run_id="dev1-2025").owned([resource])

    def test_a_similar_name_does_not(self, kind: Kind) -> None:
        assert not [name for name in SIMILAR if is_owned(Resource(kind, name))]
        assert not [name for name in SIMILAR if is_owned(Resource(kind, "arn", name))]

    @pytest.mark.parametrize(
        "wrong",
        [
            {**OURS, "Project": "another"},
            {**OURS, "ManagedBy": "hand"},
            {**OURS, "EnvironmentSuffix": "dev12"},
            PROJECT_TAGS,
        ],
        ids=["other project", "other manager", "other suffix", "no suffix"],
    )
    def test_a_tag_of_another_does_not(self, kind: Kind, wrong: dict[str, str]) -> None:
        assert not is_owned(Resource(kind, "x", tags=wrong))

    def test_a_name_of_another_kind_does_not(self, kind: Kind) -> None:
        others = {name for other, name in NAMED if name not in NAMES.get(kind, ())}

        assert not [name for name in others if is_owned(Resource(kind, name))]


class TestNames:
    @pytest.mark.parametrize(("kind", "name"), NAMED)
    def test_exactly_the_derived_name_makes_it_the_runs(self, kind: Kind, name: str) -> None:
        assert RUN.owned([Resource(kind, name)]) == {Resource(kind, name): f"named {name}"}
        assert is_owned(Resource(kind, "an identifier", name))
        assert not is_owned(Resource(kind, name, "another name")), "the name counts, not the id"

    @pytest.mark.parametrize(("kind", "name"), NAMED)
    def test_tags_of_another_project_contradict_it(self, kind: Kind, name: str) -> None:
        assert not is_owned(Resource(kind, name, tags={"Project": "another"}))
        assert not is_owned(Resource(kind, name, tags=tags("dev12")))
        assert is_owned(Resource(kind, name, tags={"Team": "shop"}))

    def test_a_similar_name_in_another_region_is_another_bucket(self) -> None:
        assert not is_owned(Resource(Kind.BUCKET, f"catalog-logs-{SUFFIX}-us-east-1"))

    @pytest.mark.parametrize(
        "kind", [Kind.POLICY, Kind.REPOSITORY, Kind.DB_PARAMETERS, Kind.DB_SNAPSHOT]
    )
    def test_catalog_dev1_is_not_the_stacks_where_it_creates_none(self, kind: Kind) -> None:
        assert not is_owned(Resource(kind, f"catalog-{SUFFIX}"))


class TestParts:
    VPC = Resource(Kind.VPC, "vpc-1", tags=OURS)
    CLUSTER = Resource(Kind.ECS_CLUSTER, ARN.format("ecs", "cluster/catalog-dev1"), "catalog-dev1")

    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind.parent is Kind.VPC])
    def test_what_is_in_the_runs_vpc_is_the_runs(self, kind: Kind) -> None:
        part = Resource(kind, "x", within="vpc-1")

        assert RUN.owned([part, self.VPC])[part] == "in vpc-1"
        assert not is_owned(part), "elsewhere it is not"

    @pytest.mark.parametrize("kind", [Kind.ECS_SERVICE, Kind.ECS_TASK])
    def test_so_is_what_is_in_its_cluster(self, kind: Kind) -> None:
        part = Resource(kind, "x", within=self.CLUSTER.identifier)

        assert list(RUN.owned([part, self.CLUSTER])) == [part, self.CLUSTER]

    def test_so_is_a_part_of_a_part(self) -> None:
        gateway = Resource(Kind.NAT_GATEWAY, "nat-1", within="vpc-1")
        address = Resource(Kind.ELASTIC_IP, "eipalloc-1", within="nat-1")

        assert RUN.owned([address, gateway, self.VPC])[address] == "in nat-1"

    def test_tags_of_another_project_contradict_it(self) -> None:
        part = Resource(Kind.SUBNET, "x", tags={"Project": "another"}, within="vpc-1")

        assert list(RUN.owned([part, self.VPC])) == [self.VPC]

    def test_an_identifier_counts_only_for_the_kind_of_parent(self) -> None:
        group = Resource(Kind.DB_SUBNET_GROUP, "catalog-dev1")
        instance = Resource(Kind.DB_INSTANCE, "x", within="catalog-dev1")

        assert list(RUN.owned([group, instance])) == [group]


class TestTwoRunsOfOneSuffix:
    MINE, OTHERS = ({**OURS, "RunId": run} for run in ("1", "2"))
    FIRST = Ownership(SUFFIX, NAMES, run_id="1")

    def test_the_run_id_tells_them_apart(self) -> None:
        assert is_owned(Resource(Kind.VPC, "x", tags=self.MINE), self.FIRST)
        assert not is_owned(Resource(Kind.VPC, "x", tags=self.OTHERS), self.FIRST)
        assert not is_owned(
            Resource(Kind.LOG_GROUP, "/ecs/catalog-dev1", tags=self.OTHERS), self.FIRST
        )

    def test_without_that_tag_it_is_either_ones(self) -> None:
        assert is_owned(Resource(Kind.VPC, "x", tags=OURS), self.FIRST)
        assert is_owned(Resource(Kind.VPC, "x", tags=self.OTHERS), RUN)

    def test_unless_the_tag_is_required(self) -> None:
        strict = Ownership(SUFFIX, run_id="1", requires_run_id=True)

        assert is_owned(Resource(Kind.VPC, "x", tags=self.MINE), strict)
        assert not is_owned(Resource(Kind.VPC, "x", tags=OURS), strict)
        assert not is_owned(Resource(Kind.LOG_GROUP, "/ecs/catalog-dev1"), strict)
