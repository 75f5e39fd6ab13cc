"""What only the target knows about CloudFront policies: those of the account."""

from harness.preflight.finding import Family
from harness.preflight.registry import Inspection, Problems, lookup_rule
from harness.preflight.rules.cloudfront.distribution import UUID, behaviors
from harness.preflight.rules.cloudfront.managed_policies import policy
from harness.preflight.target_lookup import Cloud

_OPERATIONS = {
    "cache_policy_id": ("get_cache_policy", "NoSuchCachePolicy"),
    "origin_request_policy_id": ("get_origin_request_policy", "NoSuchOriginRequestPolicy"),
    "response_headers_policy_id": ("get_response_headers_policy", "NoSuchResponseHeadersPolicy"),
}


@lookup_rule(
    "cloudfront/policy-not-found",
    Family.DEPLOY,
    says=(
        "NoSuchCachePolicy: The specified cache policy does not exist.",
        "NoSuchOriginRequestPolicy: The specified origin request policy does not exist.",
        "NoSuchResponseHeadersPolicy: The specified response headers policy does not exist.",
    ),
    remedy="Take the id from CloudFront's list of managed policies, or refer to a policy resource.",
    documentation="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
    "using-managed-cache-policies.html",
)
def policy_not_found(inspection: Inspection, cloud: Cloud) -> Problems:
    """A policy id is neither a managed policy's nor that of a policy of the account."""
    for distribution in inspection.configuration.resources("aws_cloudfront_distribution"):
        for name, behavior in behaviors(distribution):
            for variant, (argument, (operation, absent)) in enumerate(_OPERATIONS.items()):
                id_ = behavior.text(argument)
                if not id_ or policy(id_) is not None or not UUID.fullmatch(id_):
                    continue
                if cloud.find("cloudfront", operation, (absent,), Id=id_) is None:
                    text = f"{name}: {argument} {id_} does not exist"
                    yield distribution.problem(text, variant=variant)
