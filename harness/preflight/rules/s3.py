"""Rules on S3 buckets and their lifecycle configuration."""

from collections import Counter

from harness.preflight.configuration import Block, Resource
from harness.preflight.finding import Severity
from harness.preflight.registry import Problems, resource_rule
from harness.preflight.terraform_version import may_reach

_TYPE = "aws_s3_bucket_lifecycle_configuration"
_MAX_ID = 255
# Provider 5.90 to 6.13 only warns of a rule without filter, earlier ones do not.
_FILTER_REQUIRED_SINCE = (6, 14, 0)
_MIN_DAYS_TO_INFREQUENT = 30


@resource_rule("s3/acl-with-owner-enforced", "aws_s3_bucket_acl")
def acl_with_owner_enforced(acl: Resource) -> Problems:
    """A bucket has an ACL, which its object ownership (by default) does not allow."""
    bucket = acl.follow("bucket", "aws_s3_bucket")
    if bucket is not None and allows_acls(bucket) is False:
        yield acl.problem(f"{bucket.address} does not allow ACLs (BucketOwnerEnforced)")


def allows_acls(bucket: Resource) -> bool | None:
    """Return whether a bucket's object ownership, by default enforced, allows ACLs."""
    kind = "aws_s3_bucket_ownership_controls"
    controls = bucket.configuration.all_referring(kind, "bucket", bucket)
    if controls is None:
        return None
    rules = [control.block("rule") for control in controls]
    return not all(r and r.text("object_ownership") == "BucketOwnerEnforced" for r in rules)


def _name(rule: Block, index: int) -> str:
    return f"rule[{index}] ({rule.text('id') or 'without id'})"


@resource_rule("s3/lifecycle-rule-without-filter", _TYPE)
def rule_without_filter(lifecycle: Resource) -> Problems:
    """A lifecycle rule has neither ``filter`` nor ``prefix``; the provider before 6.14 warns."""
    required = may_reach(lifecycle.configuration.provider_version, _FILTER_REQUIRED_SINCE)
    severity = Severity.BLOCKER if required else Severity.WARNING
    for index, rule in enumerate(lifecycle.blocks("rule")):
        if rule.absent("filter") and rule.value("prefix") is None:
            message = f"{_name(rule, index)} has neither filter nor prefix"
            yield lifecycle.problem(message, severity=severity, index=index)


@resource_rule("s3/lifecycle-rule-id", _TYPE)
def rule_id(lifecycle: Resource) -> Problems:
    """Two lifecycle rules have the same id, or an id is too long."""
    ids = [id_ for rule in lifecycle.blocks("rule") if (id_ := rule.text("id"))]
    for id_, count in Counter(ids).items():
        if count > 1:
            yield lifecycle.problem(f"{count} rules have the id {id_!r}")
        if len(id_) > _MAX_ID:
            text = f"the rule id {id_[:20]}... has {len(id_)} characters"
            yield lifecycle.problem(text, variant=1, length=len(id_))


@resource_rule("s3/lifecycle-days", _TYPE)
def lifecycle_days(lifecycle: Resource) -> Problems:
    """Objects expire before a transition, or transition to infrequent access too early."""
    for index, rule in enumerate(lifecycle.blocks("rule")):
        expiration = rule.block("expiration")
        last = expiration.integer("days") if expiration else None
        for transition in rule.blocks("transition"):
            days = transition.integer("days")
            storage = transition.text("storage_class") or ""
            if days is None:
                continue
            if last and last <= days:
                text = f"{_name(rule, index)} expires after {last} days, transitions after {days}"
                yield lifecycle.problem(text, storage_class=storage)
            elif storage.endswith("_IA") and days < _MIN_DAYS_TO_INFREQUENT:
                text = f"{_name(rule, index)} transitions to {storage} after {days} days"
                yield lifecycle.problem(text, variant=1, storage_class=storage)
