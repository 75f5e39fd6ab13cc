"""Addresses and images that a container engine reports, on a real socket."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import TargetError
from harness.targets.container_engine_api import container_address, image_problem
from tests.component.harness.targets.http_server import Answer, Request, unix_server

AURORA = "catalog-pr1.cluster-x.eu-north-1.rds.amazonaws.com"


def network(address: str, *aliases: str | None) -> dict[str, Any]:
    names = None if aliases == (None,) else list(aliases)
    return {"NetworkSettings": {"Networks": {"n": {"IPAddress": address, "Aliases": names}}}}


CONTAINERS: dict[str, Any] = {
    "/containers/json": [{"Id": "task"}, {"Id": "ended"}, {"Id": "database"}],
    "/containers/task/json": network("127.77.0.2", None),
    "/containers/database/json": network("127.77.0.3", "postgres", AURORA),
}


@pytest.fixture
def answers() -> dict[str, Answer]:
    return {path: Answer.of(value) for path, value in CONTAINERS.items()}


@pytest.fixture
def engine(tmp_path: Path, answers: dict[str, Answer]) -> Iterator[str]:
    def respond(request: Request) -> Answer:
        return answers.get(request.path, Answer.of({"message": "No such container"}, 404))

    with unix_server(tmp_path / "docker.sock", respond) as server:
        yield server.endpoint


def test_an_alias_has_the_address_of_its_container(engine: str) -> None:
    assert container_address(engine, AURORA) == "127.77.0.3"


def test_an_unknown_alias_has_no_address(engine: str) -> None:
    assert container_address(engine, "elsewhere.example") is None


def test_an_engine_without_containers_has_no_alias(engine: str, answers: dict[str, Answer]) -> None:
    answers["/containers/json"] = Answer.of([])

    assert container_address(engine, AURORA) is None


def test_an_error_of_the_engine_is_quoted(engine: str, answers: dict[str, Answer]) -> None:
    answers["/containers/json"] = Answer.of({"message": "out of order"}, 500)

    with pytest.raises(TargetError, match=r"GET /containers/json: status 500: .*out of order"):
        container_address(engine, AURORA)


def test_a_malformed_response_is_an_error_with_the_address_of_the_engine(
    engine: str, answers: dict[str, Answer]
) -> None:
    answers["/containers/json"] = Answer(200, b"<html>")

    with pytest.raises(TargetError, match=r"container engine unix://.*docker\.sock"):
        container_address(engine, AURORA)


def test_an_engine_that_does_not_respond_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"nothing\.sock: GET"):
        container_address(f"unix://{tmp_path}/nothing.sock", AURORA)


def test_an_engine_on_tcp_is_refused() -> None:
    with pytest.raises(TargetError, match=r"not on a Unix socket\n.*unix:///path"):
        container_address("tcp://10.0.0.1:2375", AURORA)


class TestImage:
    def test_a_local_image_needs_no_registry(self, engine: str, answers: dict[str, Answer]) -> None:
        answers["/images/team/api:1/json"] = Answer.of({"Id": "sha256:1"})

        assert image_problem(engine, "team/api:1") == ""

    def test_an_image_of_the_registry_can_be_pulled(
        self, engine: str, answers: dict[str, Answer]
    ) -> None:
        answers["/distribution/team/api@sha256:1/json"] = Answer.of({"Descriptor": {}})

        assert image_problem(engine, "team/api@sha256:1") == ""

    @pytest.mark.parametrize("status", [400, 401, 403, 404])
    def test_a_refusal_of_the_registry_is_the_reason(
        self, engine: str, answers: dict[str, Answer], status: int
    ) -> None:
        answers["/distribution/no:1/json"] = Answer.of({"message": "pull access denied"}, status)

        assert image_problem(engine, "no:1") == "pull access denied"

    def test_a_reference_with_spaces_is_sent_to_the_engine(
        self, engine: str, answers: dict[str, Answer]
    ) -> None:
        answers["/distribution/no%20image/json"] = Answer.of({"message": "invalid"}, 400)

        assert image_problem(engine, "no image") == "invalid"

    def test_a_registry_that_does_not_respond_is_an_error(
        self, engine: str, answers: dict[str, Answer]
    ) -> None:
        answers["/distribution/no:1/json"] = Answer.of({"message": "dial tcp: timeout"}, 500)

        with pytest.raises(TargetError, match=r"status 500: .*dial tcp: timeout"):
            image_problem(engine, "no:1")
