"""The Aurora version: offered by the target, chosen with a reason, refused with a remedy."""

from collections.abc import Collection
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from harness.catalog.aurora_version import resolve_aurora_version
from harness.core.errors import TargetError, UsageError

# In the order of AWS, with other products and deprecated versions among them.
OFFERED = ("17.5", "16.10", "15.12", "16.8", "16.9", "16.8-limitless", "14.18", "13.21")


class FakeRds:
    """The two operations of RDS on versions, with one version per page."""

    def __init__(
        self,
        offered: Collection[str] = OFFERED,
        *,
        retired: Collection[str] = (),
        orderable: Collection[str] | None = None,
        error: Exception | None = None,
    ) -> None:
        self.offered = offered
        self.retired = retired
        self.orderable = offered if orderable is None else orderable
        self.error = error

    def get_paginator(self, operation: str) -> "FakeRds":
        assert operation == "describe_db_engine_versions"
        return self

    def paginate(self, *, Engine: str) -> Any:  # noqa: N803 -- AWS's name
        assert Engine == "aurora-postgresql"
        if self.error:
            raise self.error
        for version in self.offered:
            yield {"DBEngineVersions": [{"EngineVersion": version, "Status": "available"}]}
        for version in self.retired:
            yield {"DBEngineVersions": [{"EngineVersion": version, "Status": "deprecated"}]}

    def describe_orderable_db_instance_options(self, **request: str) -> dict[str, Any]:
        assert request["DBInstanceClass"] == "db.serverless"
        found = request["EngineVersion"] in self.orderable
        return {"OrderableDBInstanceOptions": [{}] if found else []}


def resolve(rds: FakeRds, *, major: int = 16, explicit: str | None = None) -> tuple[str, str]:
    return resolve_aurora_version(rds, major=major, preferred_minor="16.8", explicit=explicit)


def test_the_preferred_minor_is_taken_when_it_is_offered() -> None:
    chosen = resolve(FakeRds())

    assert chosen == ("16.8", "the preferred minor version, and offered")


def test_without_the_preferred_minor_the_highest_version_is_taken() -> None:
    chosen = resolve(FakeRds(("16.9", "16.10", "16.2", "17.5")))

    assert chosen[0] == "16.10"
    assert "preferred 16.8 is not orderable" in chosen[1]


def test_another_major_has_another_newest_version() -> None:
    assert resolve(FakeRds(), major=15)[0] == "15.12"


def test_a_limitless_version_is_never_chosen() -> None:
    with pytest.raises(UsageError, match="16 is not offered"):
        resolve(FakeRds(("16.8-limitless", "15.12")))


def test_a_retired_version_counts_as_not_offered() -> None:
    assert resolve(FakeRds(("16.9",), retired=("16.8",)))[0] == "16.9"


def test_a_version_that_is_not_orderable_is_skipped() -> None:
    assert resolve(FakeRds(orderable=("16.9", "16.10")))[0] == "16.10"


def test_an_explicit_version_takes_precedence_over_the_preferred_one() -> None:
    chosen = resolve(FakeRds(), explicit="16.9")

    assert chosen == ("16.9", "pinned by the configuration, and offered")


def test_an_explicit_version_that_is_not_offered_names_the_nearest_ones() -> None:
    with pytest.raises(UsageError, match=r"16\.4 is not offered by the target") as raised:
        resolve(FakeRds(), explicit="16.4")

    assert raised.value.remedy == "the nearest ones offered: 15.12, 16.8, 16.9, 16.10, 17.5"


def test_a_major_that_is_not_offered_names_the_nearest_ones() -> None:
    with pytest.raises(UsageError, match="18 is not offered") as raised:
        resolve(FakeRds(), major=18)

    assert raised.value.remedy == "the nearest ones offered: 15.12, 16.8, 16.9, 16.10, 17.5"


@pytest.mark.parametrize("explicit", [None, "16.9"])
def test_a_version_without_the_instance_class_is_refused(explicit: str | None) -> None:
    with pytest.raises(UsageError, match=r"not with instance class db\.serverless"):
        resolve(FakeRds(orderable=()), explicit=explicit)


def test_a_target_without_versions_is_refused() -> None:
    with pytest.raises(UsageError, match=r"16 is not offered by the target\n.*: none"):
        resolve(FakeRds(()))


@pytest.mark.parametrize(
    "error",
    [
        ClientError(
            {"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeDBEngineVersions"
        ),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_a_failed_request_is_an_error_with_a_remedy(error: Exception) -> None:
    with pytest.raises(TargetError, match=r"cannot be listed.*\n.*rds:Describe"):
        resolve(FakeRds(error=error))
