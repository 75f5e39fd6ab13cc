"""Rules on names that must differ between runs, and on names and quotas of the target.

A row of ``lookups.json`` is a request for existing resources: resource type, ``call`` (service and
operation), its ``parameters`` (``{}``: the name), error codes of what is ``absent``, the ``path``
to the list in the response, and the fields of items that count (``where``). ``arguments`` has the
argument with the name, by resource type.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from harness.aws.capability import Capability
from harness.preflight.configuration import Resource
from harness.preflight.registry import Inspection, Problems, configuration_rule, load, lookup_rule
from harness.preflight.target_lookup import TargetLookup

_DATA = load("lookups.json")
_NAMES: Mapping[str, str] = _DATA["arguments"]
"""Resource type -> argument with a name that must be unique per account."""


@configuration_rule("terraform/name-not-unique-per-run")
def name_not_unique_per_run(inspection: Inspection) -> Problems:
    """A name that must be unique per account does not contain the run's environment suffix."""
    suffix = inspection.environment_suffix
    if not suffix:
        return
    for resource in inspection.configuration.resources(*_NAMES):
        name = resource.text(_NAMES[resource.type])
        if name and suffix not in name:
            yield resource.problem(f"name {name!r} without suffix {suffix!r}", name=name)


def _new(inspection: Inspection, *types: str) -> Iterator[tuple[Resource, str]]:
    """Yield the resources to create, with their names."""
    for resource in inspection.configuration.resources(*types):
        name = resource.text(_NAMES[resource.type])
        if name and resource.address not in inspection.configuration.existing:
            yield resource, name


@lookup_rule("secretsmanager/name-taken")
def secret_name_taken(inspection: Inspection, target: TargetLookup) -> Problems:
    """The name of a secret is in use, possibly by a secret scheduled for deletion."""
    for secret, name in _new(inspection, "aws_secretsmanager_secret"):
        found = target.find(
            "secretsmanager", "describe_secret", ("ResourceNotFoundException",), SecretId=name
        )
        if found is None:
            continue
        if since := found.get("DeletedDate"):
            text = f"a secret {name} is scheduled for deletion, since {since:%Y-%m-%d %H:%M}"
            yield secret.problem(text, name=name)
        else:
            yield secret.problem(f"a secret {name} exists", variant=1, name=name)


def _existing(target: TargetLookup, row: Mapping[str, Any], name: str = "") -> list[Any]:
    """Return the resources that the target lists for a row; see the module."""
    parameters = {key: _filled(value, name) for key, value in row.get("parameters", {}).items()}
    service, operation = row["call"]
    found = target.find(service, operation, tuple(row.get("absent", ())), **parameters)
    for key in row.get("path", ()):
        found = found.get(key) if found else None
    where = {key: _filled(values, name) for key, values in row.get("where", {}).items()}
    items = found if isinstance(found, list) else [] if found is None else [found]
    return [i for i in items if all(i.get(key) in values for key, values in where.items())]


def _filled(value: Any, name: str) -> Any:
    return [_filled(v, name) for v in value] if isinstance(value, list) else value.format(name)


def _name_taken(
    rows: list[Mapping[str, Any]], inspection: Inspection, target: TargetLookup
) -> Problems:
    for variant, row in enumerate(rows):
        for resource, name in _new(inspection, row["type"]):
            if _existing(target, row, name):
                yield resource.problem(f"{name} exists already", variant=variant, name=name)


for _id, _rows in _DATA["names"].items():
    lookup_rule(_id)(partial(_name_taken, _rows))


@lookup_rule("account/quota-exceeded")
def quota_exceeded(inspection: Inspection, target: TargetLookup) -> Problems:
    """The deployment would exceed a quota of the account."""
    if Capability.SERVICE_QUOTAS in target.missing:
        return
    configuration = inspection.configuration
    for variant, row in enumerate(_DATA["quotas"]):
        listed = configuration.resources(row["type"])
        new = [r for r in listed if r.address not in configuration.existing and not r.repeated]
        if not new:
            continue
        limit, used = _limit(target, row), len(_existing(target, row))
        if used + len(new) > limit:
            text = f"{row['name']}: {used} in use, {len(new)} to create, quota {limit}"
            yield new[0].problem(text, variant=variant)


def _limit(target: TargetLookup, row: Mapping[str, Any]) -> int:
    """Return a quota; one per zone is certainly exceeded only above the sum over all zones."""
    service, code = row["quota"]
    response = target.call(
        "service-quotas", "get_service_quota", ServiceCode=service, QuotaCode=code
    )
    limit = int(response["Quota"]["Value"])
    if not row.get("per_zone"):
        return limit
    return limit * len(target.call("ec2", "describe_availability_zones")["AvailabilityZones"])
