"""``catalog-harness image``: the API's container image, for a real account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.tags import OWNER, RunTags
from harness.cli.options import harness_options, settings_from
from harness.core.errors import TargetError
from harness.deploy.guards.request import guard_account, guard_place
from harness.image.builder import find_builder
from harness.image.publish import publish as publish_image
from harness.image.registry import PROJECT, Registry
from harness.run.ledger import now
from harness.settings.settings import HarnessSettings, user_name
from harness.targets.factory import account_target

_OPTIONS = ("region", "account-id", "allowed-regions", "environment-suffix", "owner")
_SUFFIX = (
    "a repository of this environment's own, which can be swept with it (default: one for all)"
)
_repository = click.option(
    "--repository",
    default="catalog-api",
    show_default=True,
    metavar="NAME",
    help="Name of the ECR repository; the environment suffix is added where one is given.",
)


@click.group()
def image() -> None:
    """Publish the API's container image to ECR, or delete it there."""


@image.command()
@harness_options(*_OPTIONS, "max-duration", environment_suffix=_SUFFIX)
@_repository
def publish(*, repository: str, **given: Any) -> None:
    """Build stack/api with Docker or Podman, push it to ECR, and print its URI.

    The tag is a digest of the sources: what is there already is not built again.
    """
    settings = settings_from(given)
    builder = find_builder()
    with _registry(settings) as registry:
        uri = publish_image(
            registry,
            builder,
            repository=_name(repository, settings),
            tags=_tags(settings),
            say=lambda text: click.echo(text, err=True),
        )
    click.echo(uri)


@image.command()
@harness_options(*_OPTIONS, environment_suffix=_SUFFIX)
@_repository
def delete(*, repository: str, **given: Any) -> None:
    """Delete the repository and all images in it; one without the project's tag is left alone."""
    settings = settings_from(given)
    name = _name(repository, settings)
    with _registry(settings) as registry:
        gone = registry.delete(name)
    click.echo(f"{name} and its images were deleted" if gone else f"there is no {name}")


@contextmanager
def _registry(settings: HarnessSettings) -> Iterator[Registry]:
    """Yield the registry of the account that the user means, past the same guards as a run."""
    guard_place(settings)
    target = account_target(settings.region)
    guard_account(settings, target.identity)
    try:
        yield Registry(target.session().client("ecr"))
    except (BotoCoreError, ClientError) as error:
        raise TargetError(
            f"ECR: {error}", remedy="see whether the role may use ECR (ecr:*Repository, ecr:*Image)"
        ) from error


def _name(repository: str, settings: HarnessSettings) -> str:
    suffix = settings.environment_suffix
    return f"{repository}-{suffix}" if suffix else repository


def _tags(settings: HarnessSettings) -> dict[str, str]:
    """Return tags as the stack's; a repository for all environments does not expire."""
    suffix = settings.environment_suffix or ""
    run = RunTags.of(
        suffix, now(), owner=settings.owner or user_name(), minutes=settings.max_duration
    )
    tags = {**PROJECT, "ManagedBy": "catalog-harness"}
    if not suffix:
        return {**tags, OWNER: run.owner}
    return {**tags, "EnvironmentSuffix": suffix, **run.to_mapping()}
