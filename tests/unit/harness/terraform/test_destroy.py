import threading

import pytest

from harness.terraform.aws_error_parsing import AwsError
from harness.terraform.errors import TerraformError, terraform_error, transient_reason
from harness.terraform.events import parse_line
from harness.terraform.working_directory import WorkingDirectory
from tests.unit.harness.terraform.fake_terraform import FakeTerraform, error, lines, state

_CLOUDFRONT = (
    "deleting CloudFront Distribution (E1): operation error CloudFront: DeleteDistribution, "
    "https response error StatusCode: 412, RequestID: 1, PreconditionFailed: The request failed"
)


def transient(error: AwsError) -> str:
    return "the ETag changed" if error.code == "PreconditionFailed" else ""


@pytest.fixture
def directory(fake: FakeTerraform) -> WorkingDirectory:
    directory = fake.working_directory()
    directory.write({})
    fake.answer("state pull", state("aws_vpc.v"))
    return directory


def test_destroy_runs_once(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    retried = directory.destroy()

    assert fake.verbs == ["state pull", "destroy"]
    assert retried == ""
    assert {"-auto-approve", "-json", "-input=false"} <= set(fake.calls[-1].arguments)


def test_an_empty_state_needs_no_destroy(fake: FakeTerraform) -> None:
    directory = fake.working_directory()
    directory.write({})

    assert directory.destroy() == ""

    assert fake.verbs == ["state pull"]


def test_a_known_transient_error_gets_a_second_attempt(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    fake.answer("destroy", lines(error(_CLOUDFRONT)), status=1)
    fake.answer("destroy")

    retried = directory.destroy(transient=transient)

    assert "ETag" in retried
    assert fake.verbs.count("destroy") == 2


def test_there_is_no_third_attempt(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    fake.answer("destroy", lines(error(_CLOUDFRONT)), status=1)

    with pytest.raises(TerraformError, match="PreconditionFailed"):
        directory.destroy(transient=transient)

    assert fake.verbs.count("destroy") == 2


def test_an_unknown_error_is_not_retried(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    fake.answer("destroy", lines(error("odd")), status=1)

    with pytest.raises(TerraformError, match="odd"):
        directory.destroy()

    assert fake.verbs.count("destroy") == 1


def test_a_failed_destroy_without_refresh_is_retried_with_refresh(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    fake.answer("destroy", lines(error("odd")), status=1)
    fake.answer("destroy")

    retried = directory.destroy(refresh=False)

    assert "out of date" in retried
    attempts = [call.arguments for call in fake.calls if "-refresh=" in str(call.arguments)]
    assert ["-refresh=false" in attempt for attempt in attempts] == [True, False]


def test_an_unknown_error_beside_a_transient_one_is_not_retried() -> None:
    events = [parse_line(error(_CLOUDFRONT)), parse_line(error("odd"))]

    assert transient_reason(terraform_error("destroy", events), transient) == ""


def test_an_error_without_diagnostics_is_unknown() -> None:
    assert transient_reason(terraform_error("destroy", [], stderr="Killed"), transient) == ""


def test_an_unsaved_state_is_pushed_first(fake: FakeTerraform, directory: WorkingDirectory) -> None:
    unsaved = directory.path / "errored.tfstate"
    unsaved.write_text("{}")

    directory.destroy()

    assert fake.verbs == ["state push", "state pull", "destroy"]
    assert fake.calls[0].arguments == ["state", "push", "errored.tfstate"]
    assert not unsaved.exists()


def test_an_unsaved_state_that_cannot_be_pushed_is_kept(
    fake: FakeTerraform, directory: WorkingDirectory
) -> None:
    fake.answer("state push", stderr="Error: serial is older", status=1)
    unsaved = directory.path / "errored.tfstate"
    unsaved.write_text("{}")

    with pytest.raises(TerraformError, match="serial is older"):
        directory.destroy()

    assert unsaved.exists()


def test_a_cancelled_run_is_still_destroyed(fake: FakeTerraform) -> None:
    cancel = threading.Event()
    cancel.set()
    directory = fake.working_directory(cancel=cancel)
    directory.write({})
    fake.answer("state pull", state("aws_vpc.v"))

    directory.destroy()

    assert "destroy" in fake.verbs
