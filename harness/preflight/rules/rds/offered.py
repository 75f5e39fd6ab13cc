"""Rules on what the target offers for databases: versions, instance classes, Data API."""

from collections.abc import Iterator
from typing import Any

from harness.aws.capability import Capability
from harness.preflight.configuration import Resource
from harness.preflight.registry import Inspection, Problems, lookup_rule
from harness.preflight.target_lookup import TargetLookup

_DATA = "aws_rds_engine_version"
_ENGINES = ("aurora-postgresql", "aurora-mysql")
_NEAREST = 5
# Major version of Aurora PostgreSQL -> first minor with the Data API, in any region.
_DATA_API_SINCE = {13: 11, 14: 8, 15: 3, 16: 1, 17: 4}


@lookup_rule("rds/engine-version-not-offered")
def engine_version_not_offered(inspection: Inspection, target: TargetLookup) -> Problems:
    """The target does not offer the engine version."""
    for cluster in inspection.configuration.resources("aws_rds_cluster"):
        engine, version = cluster.text("engine"), cluster.text("engine_version")
        if engine not in _ENGINES or not version:
            continue
        offered = _offered(target, engine)
        # A minor version, or any of a major version.
        if version not in offered and not any(o.startswith(f"{version}.") for o in offered):
            nearest = ", ".join(_nearest(version, offered)) or "none"
            yield cluster.problem(
                f"{engine} {version} is not offered in {target.region}; the nearest: {nearest}",
                version=version,
                engine=engine,
            )
    for data, preferred, engine in _preferences(inspection):
        if not any(version in _offered(target, engine) for version in preferred):
            text = f"none of {', '.join(preferred[:3])}... is offered in {target.region}"
            yield data.problem(text, variant=1)


def _preferences(inspection: Inspection) -> Iterator[tuple[Resource, list[str], str]]:
    for data in inspection.configuration:
        if data.type != _DATA or data.managed:
            continue
        preferred, engine = data.texts("preferred_versions"), data.text("engine")
        if preferred and engine in _ENGINES:
            yield data, preferred, engine


@lookup_rule("rds/instance-class-not-offered")
def instance_class_not_offered(inspection: Inspection, target: TargetLookup) -> Problems:
    """The target does not offer the instance class with the engine version."""
    for instance in inspection.configuration.resources("aws_rds_cluster_instance"):
        cluster = instance.follow("cluster_identifier", "aws_rds_cluster")
        name, engine = instance.text("instance_class"), instance.text("engine")
        if cluster is None or name is None or engine not in _ENGINES:
            continue
        version = _version_of(cluster, _offered(target, engine))
        if version is None or version not in _offered(target, engine):
            continue
        if not _options(target, engine, version, name):
            yield instance.problem(
                f"{name} is not offered for {engine} {version} in {target.region}",
                instance_class=name,
                engine=engine,
                version=version,
            )


@lookup_rule("rds/data-api-not-supported")
def data_api_not_supported(inspection: Inspection, target: TargetLookup) -> Problems:
    """The HTTP endpoint is enabled, but target, region or engine version has no RDS Data API."""
    for cluster in inspection.configuration.resources("aws_rds_cluster"):
        if not cluster.boolean("enable_http_endpoint"):
            continue
        reason = target.missing.get(Capability.RDS_DATA) or _without_data_api(cluster)
        if reason := reason or _not_offered(cluster, target):
            yield cluster.problem(f"enable_http_endpoint is true; {reason}")


def _without_data_api(cluster: Resource) -> str:
    """Return why the engine version has no Data API, empty if uncertain."""
    version = cluster.text("engine_version") or ""
    if cluster.text("engine") != "aurora-postgresql" or "." not in version:
        return ""
    major, minor = _key(version)
    first = _DATA_API_SINCE.get(major)
    too_old = major < min(_DATA_API_SINCE) or (first is not None and minor < first)
    return f"Aurora PostgreSQL {version} has no Data API" if too_old else ""


def _not_offered(cluster: Resource, target: TargetLookup) -> str:
    """Return that the region has no Data API for the version; empty if it has, or is uncertain."""
    engine, version = cluster.text("engine"), cluster.text("engine_version")
    if engine not in _ENGINES or not version:
        return ""
    options = _options(target, engine, version, "db.serverless")
    # Older responses do not contain the field.
    refused = options and all(each.get("SupportsHttpEndpoint") is False for each in options)
    return f"{target.region} has no Data API for {engine} {version}" if refused else ""


def _options(target: TargetLookup, engine: str, version: str, name: str) -> list[Any]:
    given = {"Engine": engine, "EngineVersion": version, "DBInstanceClass": name}
    found = target.call("rds", "describe_orderable_db_instance_options", **given)
    return list(found["OrderableDBInstanceOptions"])


def _version_of(cluster: Resource, offered: frozenset[str]) -> str | None:
    """Return the version of a cluster, as configured or as selected by its data source."""
    version = cluster.text("engine_version")
    if version is not None:
        return version
    data = cluster.follow("engine_version", _DATA)
    preferred = data.texts("preferred_versions") if data is not None else None
    return next((v for v in preferred or () if v in offered), None)


def _offered(target: TargetLookup, engine: str) -> frozenset[str]:
    response = target.call("rds", "describe_db_engine_versions", Engine=engine)
    return frozenset(
        entry["EngineVersion"]
        for entry in response["DBEngineVersions"]
        if entry.get("Status", "available") == "available"
    )


def _nearest(version: str, offered: frozenset[str]) -> list[str]:
    numbers = _key(version)

    def distance(other: str) -> tuple[int, ...]:
        return tuple(abs(a - b) for a, b in zip(_key(other), numbers, strict=True))

    stable = [other for other in offered if "limitless" not in other]
    return sorted(sorted(stable, key=distance)[:_NEAREST], key=_key)


def _key(version: str) -> tuple[int, int]:
    numbers = [int(part) for part in version.split(".") if part.isdigit()]
    return (*numbers, 0, 0)[0], (*numbers, 0, 0)[1]
