"""Rules on Aurora clusters and instances: version, class, capacity and deletion."""

import re
from collections.abc import Mapping

from harness.preflight.configuration import Resource
from harness.preflight.finding import Severity
from harness.preflight.registry import Inspection, Problems, configuration_rule, resource_rule
from harness.preflight.rules.ec2.model import distinct_zones

_MIN_ZONES = 2
_MAX_CAPACITY = 256.0
_MIN_MAXIMUM = 1.0
_STEP = 0.5
_AS_OF = "2026-08-06"
# Major version of Aurora PostgreSQL -> minor versions that could be created on that date, from
# ``DescribeDBEngineVersions`` and the release calendar,
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html.
OFFERED: Mapping[int, tuple[int, ...]] = {
    11: (9, 21),
    12: (9, 22),
    13: (9, 23),
    14: (6, 17, 18, 19, 20, 22, 23),
    15: (10, 12, 13, 14, 15, 17, 18),
    16: (8, 9, 10, 11, 13, 14),
    17: (4, 5, 6, 7, 9, 10),
    18: (3, 4),
}


@configuration_rule("rds/retired-engine-version", table=f"versions of Aurora PostgreSQL, {_AS_OF}")
def retired_engine_version(inspection: Inspection) -> Problems:
    """An Aurora PostgreSQL version was retired or is unknown; offline, from a dated table."""
    if inspection.target is not None:
        return
    for cluster in inspection.configuration.resources("aws_rds_cluster"):
        version = cluster.text("engine_version")
        if not version or cluster.text("engine") != "aurora-postgresql":
            continue
        if version.endswith("-limitless") and not cluster.absent("cluster_scalability_type"):
            continue
        reason, certain = _retirement(version)
        if reason:
            text = f"Aurora PostgreSQL {version}: {reason} (as of {_AS_OF})"
            severity = Severity.BLOCKER if certain else Severity.WARNING
            yield cluster.problem(
                text, severity=severity, version=version, engine="aurora-postgresql"
            )


def _retirement(version: str) -> tuple[str, bool]:
    """Return why a version is probably not offered, and whether that is certain; empty if it was.

    A version that is newer than the table may be offered. A major version alone is valid: RDS
    selects the minor.
    """
    match = re.fullmatch(r"(\d{1,3})(?:\.(\d{1,4}))?(-limitless)?", version)
    if match is None:
        return "not a version of Aurora PostgreSQL", True
    if match[3]:
        return "a version of Aurora PostgreSQL Limitless Database, another product", True
    minors = OFFERED.get(int(match[1]))
    if minors is None:
        return f"no major version {match[1]} was offered", int(match[1]) < max(OFFERED)
    if match[2] is None or int(match[2]) in minors:
        return "", True
    nearest = ", ".join(f"{match[1]}.{minor}" for minor in minors)
    if int(match[2]) > minors[-1]:
        return f"unknown; offered were {nearest}", False
    return f"retired, or never offered; offered were {nearest}", True


@resource_rule("rds/subnet-group-zones", "aws_db_subnet_group")
def subnet_group_zones(group: Resource) -> Problems:
    """A database subnet group covers fewer than two availability zones."""
    zones = distinct_zones(group, "subnet_ids")
    if zones is not None and len(zones) < _MIN_ZONES:
        zone = ", ".join(zones)
        yield group.problem(f"covers {len(zones)} availability zone ({zone})", zone=zone)


@resource_rule("rds/serverless-capacity", "aws_rds_cluster")
def serverless_capacity(cluster: Resource) -> Problems:
    """The capacity range of a serverless cluster is not valid."""
    for scaling in cluster.blocks("serverlessv2_scaling_configuration"):
        low, high = scaling.number("min_capacity"), scaling.number("max_capacity")
        values = [value for value in (low, high) if value is not None]
        wrong = any(not 0 <= v <= _MAX_CAPACITY or v % _STEP for v in values)
        if high is not None:
            wrong = wrong or high < _MIN_MAXIMUM or (low is not None and low > high)
        if wrong:
            yield cluster.problem(f"min_capacity {low}, max_capacity {high}", maximum=high)


@resource_rule("rds/final-snapshot", "aws_rds_cluster", "aws_db_instance")
def final_snapshot(database: Resource) -> Problems:
    """Destroy creates a final snapshot: it fails without a name, or the snapshot remains."""
    if database.boolean("skip_final_snapshot", default=False) is not False:
        return
    name = database.text("final_snapshot_identifier")
    if database.absent("final_snapshot_identifier"):
        variant = int(database.type == "aws_db_instance")
        text = "skip_final_snapshot is not set and the snapshot has no name"
        yield database.problem(text, variant=variant)
    else:
        text = f"destroy leaves the snapshot {name or ''} behind"
        yield database.problem(text, variant=2, name=name)
