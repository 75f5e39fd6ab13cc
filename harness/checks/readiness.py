"""The readiness of a deployed stack, which an apply does not wait for.

The AWS provider takes a service for stable when its tasks run: their targets may still be in the
state ``initial``, and CloudFront caches the errors that it gets until then for ten seconds.
"""

from harness.checks.alb import Alb
from harness.checks.cloudfront import CloudFront
from harness.checks.framework.context import CheckContext
from harness.checks.framework.expected import Tier
from harness.checks.probes.catalog_client import CatalogClient
from harness.core.errors import CheckFailedError

_OK = 200


def await_readiness(context: CheckContext) -> None:
    """Wait until every target is healthy, then for a response of the API at each address.

    Raises:
        CheckFailedError: The deadline passed; the message has the condition and what was seen.
    """
    path = "/readyz" if Tier.DATABASE in context.expected.tiers else "/healthz"
    if Alb.each_task_answers.is_provable(context):
        Alb(context).targets_healthy()
        _await_response(context, CatalogClient.at_load_balancer(context).base + path)
    if CloudFront.serves_products.is_provable(context):
        identifier = context.outputs.distribution_id or ""
        described = context.clients.cloudfront.get_distribution(Id=identifier)
        _await_response(context, f"https://{described['Distribution']['DomainName']}{path}")


def _await_response(context: CheckContext, url: str) -> None:
    context.eventually(
        lambda: context.request("GET", url).status_code,
        what=f"status {_OK} to GET {url}",
        ready=lambda status: status == _OK,
        retry_on=(CheckFailedError,),  # no response
    )
