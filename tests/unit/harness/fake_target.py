"""A target that refuses every use; a fake overrides what its test needs."""

from collections.abc import Mapping
from typing import Any, NoReturn, Self

import boto3
import requests

from harness.aws.capability import Capability
from harness.settings.settings import HarnessSettings
from harness.targets.base import DatabaseRoute, Target


def _unused() -> NoReturn:
    raise AssertionError("the test does not expect a use of the target")


class UnusedTarget(Target):
    name = "embedded"
    region = "eu-north-1"

    @classmethod
    def create(cls, settings: HarnessSettings, *, owner_pid: int | None) -> Self:
        _unused()

    @classmethod
    def attach(cls, region: str, attachment: Mapping[str, str]) -> Self:
        _unused()

    def start(self) -> Mapping[str, str]:
        _unused()

    def stop(self) -> None:
        _unused()

    def facts(self) -> Mapping[str, str]:
        _unused()

    def session(self) -> boto3.Session:
        _unused()

    def http(self) -> requests.Session:
        _unused()

    def missing(self) -> Mapping[Capability, str]:
        _unused()

    def environment(self) -> Mapping[str, str]:
        _unused()

    def provider(self) -> Mapping[str, Any]:
        _unused()

    def database_route(self, host: str, port: int) -> DatabaseRoute | None:
        _unused()
