"""What there is in a target: every service asked, none of them able to hide the others."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.capability import Capability
from harness.aws.clients import Clients
from harness.aws.resources.catalog import LISTINGS
from harness.aws.resources.resource import Resource

_THREADS = 6


@dataclass(frozen=True)
class Inventory:
    """What the services answered.

    Attributes:
        resources: What there is, with its tags.
        not_asked: Service -> why the target does not have it.
        unanswered: Service -> why it did not answer: there may be something left in it.
    """

    resources: tuple[Resource, ...]
    not_asked: Mapping[str, str]
    unanswered: Mapping[str, str]


def take_inventory(clients: Clients, missing: Mapping[Capability, str]) -> Inventory:
    """Ask every service that the stack uses what there is.

    Args:
        clients: Clients of the target.
        missing: What the target cannot do, and why.
    """
    able = [service for service in LISTINGS if service not in missing]

    def ask(service: Capability) -> tuple[Resource, ...] | str:
        try:
            return tuple(LISTINGS[service](clients))
        except (BotoCoreError, ClientError) as error:
            return str(error)

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="inventory") as pool:
        answers = dict(zip(able, pool.map(ask, able), strict=True))
    return Inventory(
        resources=tuple(
            resource
            for answer in answers.values()
            if not isinstance(answer, str)
            for resource in answer
        ),
        not_asked={s.value: missing[s] for s in LISTINGS if s in missing},
        unanswered={s.value: text for s, text in answers.items() if isinstance(text, str)},
    )
