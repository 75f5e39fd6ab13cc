"""``catalog-harness image``: the container image of the API in the ECR of a real account."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from harness.aws.tags import OWNER, PROJECT_TAGS, RunTags, project_tags
from harness.catalog.app import PACKAGE
from harness.cli.options import harness_options, settings_from
from harness.core.errors import TargetError
from harness.deploy.guards.request import guard_account, guard_location
from harness.image.builder import find_builder
from harness.image.ecr_repository import Registry
from harness.image.publish import publish as publish_image
from harness.run.ledger import now
from harness.settings.settings import HarnessSettings, user_name
from harness.targets.factory import account_target

_OPTIONS = ("region", "account-id", "allowed-regions", "environment-suffix", "owner")
_SUFFIX = (
    "use a repository for this environment alone, which is swept with it (default: a shared one)"
)
_repository = click.option(
    "--repository",
    default="catalog-api",
    show_default=True,
    metavar="NAME",
    help="Name of the ECR repository; --environment-suffix is appended to it.",
)


@click.group()
def image() -> None:
    """Publish the container image of the API to ECR, or delete it from ECR."""


@image.command()
@harness_options(*_OPTIONS, "max-duration", environment_suffix=_SUFFIX)
@_repository
def publish(*, repository: str, **given: Any) -> None:
    """Build stack/api with Docker or Podman, push it to ECR, and print its URI.

    The tag is a digest of the sources: an image that exists already is not built again.
    """
    settings = settings_from(given)
    builder = find_builder()
    with _registry(settings) as registry:
        uri = publish_image(
            registry,
            builder,
            package=PACKAGE,
            repository=_name(repository, settings),
            tags=_tags(settings),
            report=lambda text: click.echo(text, err=True),
        )
    click.echo(uri)


@image.command()
@harness_options(*_OPTIONS, environment_suffix=_SUFFIX)
@_repository
def delete(*, repository: str, **given: Any) -> None:
    """Delete the repository with all its images, if it has the tag of this project."""
    settings = settings_from(given)
    name = _name(repository, settings)
    with _registry(settings) as registry:
        deleted = registry.delete(name)
    click.echo(f"deleted {name} and its images" if deleted else f"repository {name} does not exist")


@contextmanager
def _registry(settings: HarnessSettings) -> Iterator[Registry]:
    """Yield the ECR registry of the account, after the same guards as for a run."""
    guard_location(settings)
    target = account_target(settings.region)
    guard_account(settings, target.identity)
    try:
        yield Registry(target.session().client("ecr"))
    except (BotoCoreError, ClientError) as error:
        raise TargetError(
            f"ECR: {error}", remedy="check that the role allows ECR (ecr:*Repository, ecr:*Image)"
        ) from error


def _name(repository: str, settings: HarnessSettings) -> str:
    suffix = settings.environment_suffix
    return f"{repository}-{suffix}" if suffix else repository


def _tags(settings: HarnessSettings) -> dict[str, str]:
    """Return the tags of a stack; a shared repository does not expire."""
    suffix = settings.environment_suffix or ""
    run = RunTags.of(
        suffix, now(), owner=settings.owner or user_name(), minutes=settings.max_duration
    )
    if not suffix:
        return {**PROJECT_TAGS, OWNER: run.owner}
    return {**project_tags(suffix), **run.to_mapping()}
