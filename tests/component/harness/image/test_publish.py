"""Publishing the image: what is built, from what, and what is passed to the builder."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.aws.tags import PROJECT_TAGS
from harness.catalog.app import PACKAGE
from harness.core.errors import ProcessError, ToolNotFoundError, UsageError
from harness.core.redaction import MASK, redact
from harness.image.builder import Builder, find_builder
from harness.image.ecr_repository import Registry
from harness.image.publish import content_tag, copy_sources, publish
from tests.unit.harness.image.conftest import HOST, PASSWORD, FakeEcr
from tests.unit.harness.image.fake_builder import FakeBuilder

TAGS: Mapping[str, str] = {**PROJECT_TAGS, "Owner": "shop"}


def push(
    ecr: FakeEcr,
    program: FakeBuilder,
    steps: list[str] | None = None,
    tags: Mapping[str, str] = TAGS,
) -> str:
    reported: list[str] = [] if steps is None else steps
    return publish(
        Registry(ecr.aws.client("ecr")),
        Builder(str(program.program)),
        package=PACKAGE,
        repository="catalog-api",
        tags=tags,
        report=reported.append,
    )


def test_it_is_built_and_pushed_under_a_digest_of_its_sources(
    ecr: FakeEcr, docker: FakeBuilder, tmp_path: Path
) -> None:
    copy_sources(PACKAGE, tmp_path / "sources")

    uri = push(ecr, docker)

    assert uri == f"{HOST}/catalog-api:{content_tag(tmp_path / 'sources')}"
    assert docker.verbs == ["build", "login", "push", "logout"]
    build, login, pushed, _ = (call["arguments"] for call in docker.calls)
    assert build[build.index("--platform") + 1] == "linux/amd64"
    assert build[build.index("--tag") + 1] == uri
    assert login == ["login", "--username", "AWS", "--password-stdin", HOST]
    assert pushed == ["push", uri]


def test_the_password_is_passed_on_standard_input_and_never_printed(
    ecr: FakeEcr, docker: FakeBuilder
) -> None:
    push(ecr, docker)

    assert docker.calls[1]["stdin"] == PASSWORD
    assert all(PASSWORD not in " ".join(call["arguments"]) for call in docker.calls)
    assert redact(f"got {PASSWORD}") == f"got {MASK}"


def test_it_is_built_from_the_api_alone(ecr: FakeEcr, docker: FakeBuilder) -> None:
    push(ecr, docker)

    files = docker.calls[0]["files"]
    assert {"stack/__init__.py", "stack/api/Dockerfile", "stack/api/requirements.txt"} <= set(files)
    assert not [name for name in files if "__pycache__" in name]
    assert all(name == "stack/__init__.py" or name.startswith("stack/api/") for name in files)


def test_the_repository_is_created_with_the_tags_when_there_is_none(
    ecr: FakeEcr, docker: FakeBuilder
) -> None:
    push(ecr, docker)

    (request,) = ecr.aws.parameters_of("ecr.CreateRepository")
    assert {tag["Key"]: tag["Value"] for tag in request["tags"]} == TAGS


def test_an_existing_image_is_neither_built_nor_pushed(ecr: FakeEcr, docker: FakeBuilder) -> None:
    tag = push(ecr, docker).rpartition(":")[2]
    ecr.repositories["catalog-api"] = [tag]
    steps: list[str] = []

    assert push(ecr, docker, steps).endswith(tag)
    assert docker.verbs.count("build") == 1
    assert steps == [f"{HOST}/catalog-api:{tag} exists already"]


def test_an_existing_repository_of_an_environment_expires_with_its_last_run(
    ecr: FakeEcr, docker: FakeBuilder
) -> None:
    ecr.repositories["catalog-api"] = []

    push(ecr, docker, tags={**TAGS, "expires-at": "2026-12-01T00:00:00Z"})

    (request,) = ecr.aws.parameters_of("ecr.TagResource")
    assert {"Key": "expires-at", "Value": "2026-12-01T00:00:00Z"} in request["tags"]


def test_a_repository_of_another_project_is_left_alone(ecr: FakeEcr, docker: FakeBuilder) -> None:
    ecr.repositories["catalog-api"], ecr.tags = [], [{"Key": "Project", "Value": "other"}]

    with pytest.raises(UsageError, match=r"does not have the tag.*belongs to another project"):
        push(ecr, docker)

    assert docker.calls == []


def test_a_failed_build_raises_its_output_and_pushes_nothing(ecr: FakeEcr, tmp_path: Path) -> None:
    broken = FakeBuilder(tmp_path / "bin", fails="build")

    with pytest.raises(ProcessError, match="no space left on device"):
        push(ecr, broken)

    assert broken.verbs == ["build"]


def test_after_a_failed_push_the_builder_is_logged_out(ecr: FakeEcr, tmp_path: Path) -> None:
    broken = FakeBuilder(tmp_path / "bin", fails="push")

    with pytest.raises(ProcessError):
        push(ecr, broken)

    assert broken.verbs[-1] == "logout"


class TestDelete:
    def test_the_repository_goes_with_its_images(self, ecr: FakeEcr) -> None:
        ecr.repositories["catalog-api"] = ["sha-1"]

        assert Registry(ecr.aws.client("ecr")).delete("catalog-api")
        assert ecr.repositories == {}

    def test_a_missing_one_is_no_error(self, ecr: FakeEcr) -> None:
        assert not Registry(ecr.aws.client("ecr")).delete("catalog-api")

    def test_one_of_another_project_is_left_alone(self, ecr: FakeEcr) -> None:
        ecr.repositories["catalog-api"], ecr.tags = [], []

        with pytest.raises(UsageError, match="belongs to another project"):
            Registry(ecr.aws.client("ecr")).delete("catalog-api")

        assert "catalog-api" in ecr.repositories


class TestBuilder:
    @pytest.fixture(autouse=True)
    def _path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))

    def test_docker_is_preferred_to_podman(self, tmp_path: Path) -> None:
        for name in ("podman", "docker"):
            FakeBuilder(tmp_path, name=name)

        assert find_builder().name == "docker"

    def test_podman_is_used_without_docker(self, tmp_path: Path) -> None:
        FakeBuilder(tmp_path, name="podman")

        assert find_builder().name == "podman"

    def test_without_either_the_error_has_the_remedy(self) -> None:
        with pytest.raises(ToolNotFoundError, match=r"neither docker nor podman.*\n.*--image"):
            find_builder()


def test_another_source_makes_another_tag(tmp_path: Path) -> None:
    copy_sources(PACKAGE, tmp_path / "a")
    before = content_tag(tmp_path / "a")
    (tmp_path / "a" / "stack" / "api" / "routes.py").write_text("# changed")

    assert content_tag(tmp_path / "a") != before
