"""Settings: precedence and refusals."""

import getpass
import json
from pathlib import Path
from typing import Any

import pytest

from harness.core.errors import UsageError
from harness.settings.options import OPTIONS
from harness.settings.settings import HarnessSettings, load_settings, new_environment_suffix
from stack.config import StackConfig

NOTHING_GIVEN: dict[str, Any] = {option.field: None for option in OPTIONS}


def load(
    given: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    ini: dict[str, str] | None = None,
) -> HarnessSettings:
    return load_settings({**NOTHING_GIVEN, **(given or {})}, environ=environ or {}, ini=ini)


class TestPrecedence:
    def test_the_default_target_is_embedded(self) -> None:
        settings = load()

        assert settings.target == "embedded"
        assert settings.region == "eu-north-1"
        assert settings.environment_suffix is None
        assert settings.report_dir == Path("reports")
        assert not settings.keep_stack

    def test_the_ini_file_takes_precedence_over_the_default(self) -> None:
        assert load(ini={"region": "us-east-1"}).region == "us-east-1"

    def test_the_environment_takes_precedence_over_the_ini_file(self) -> None:
        environ = {"CATALOG_HARNESS_REGION": "eu-west-1"}

        assert load(environ=environ, ini={"region": "us-east-1"}).region == "eu-west-1"

    def test_the_command_line_takes_precedence_over_the_environment(self) -> None:
        environ = {"CATALOG_HARNESS_REGION": "eu-west-1"}

        assert load({"region": "ap-south-1"}, environ).region == "ap-south-1"

    def test_a_flag_that_is_not_given_is_read_from_the_environment(self) -> None:
        environ = {"CATALOG_HARNESS_KEEP_STACK": "yes"}

        assert load({"keep_stack": False}, environ).keep_stack

    def test_the_environment_can_unset_a_flag_of_the_ini_file(self) -> None:
        environ = {"CATALOG_HARNESS_KEEP_STACK": "0"}

        assert not load(environ=environ, ini={"keep_stack": "true"}).keep_stack

    def test_a_repeatable_option_is_one_value_a_line_elsewhere(self) -> None:
        text = "a=run\nb=run --fast\n"

        assert load({"process_image": ("a=run", "b=run --fast")}).process_image == (
            "a=run",
            "b=run --fast",
        )
        assert load({"process_image": ()}).process_image is None
        assert load(environ={"CATALOG_HARNESS_PROCESS_IMAGE": text}).process_image == (
            "a=run",
            "b=run --fast",
        )
        assert load(ini={"process_image": text}).process_image == ("a=run", "b=run --fast")
        with pytest.raises(UsageError, match="--process-image: empty"):
            load({"process_image": ("",)})

    def test_an_empty_variable_counts_as_not_set(self) -> None:
        environ = {"CATALOG_HARNESS_TARGET": "", "CATALOG_HARNESS_KEEP_STACK": ""}

        settings = load(environ=environ, ini={"keep_stack": "on"})

        assert settings.target == "embedded"
        assert settings.keep_stack

    def test_a_variable_for_an_option_that_is_not_offered_is_ignored(self) -> None:
        environ = {
            "CATALOG_HARNESS_KEEP_STACK": "1",
            "CATALOG_HARNESS_STACK_CONFIG": "/nowhere/stack.json",
        }

        settings = load_settings({"reuse_stack": True}, environ=environ)

        assert settings.reuse_stack
        assert not settings.keep_stack


class TestStandardVariables:
    def test_the_variables_of_the_stack_are_read(self) -> None:
        environ = {"TERRAFORM_STATE_BUCKET": "states", "TERRAFORM_STATE_LOCK": "1"}

        settings = load(environ=environ)

        assert settings.state_bucket == "states"
        assert settings.state_lock

    def test_the_variable_of_the_harness_takes_precedence(self) -> None:
        environ = {
            "TERRAFORM_STATE_BUCKET": "states",
            "CATALOG_HARNESS_STATE_BUCKET": "mine",
        }

        assert load(environ=environ).state_bucket == "mine"


class TestNumbers:
    def test_a_number_is_parsed_from_every_source(self) -> None:
        environ = {"CATALOG_HARNESS_MAX_COST_PER_HOUR": "0.5"}

        settings = load({"max_duration": "90"}, environ)

        assert (settings.max_duration, settings.max_cost_per_hour) == (90.0, 0.5)

    @pytest.mark.parametrize("text", ["an hour", "0", "-1", "nan", "inf"])
    def test_anything_but_a_positive_number_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError, match=r"--max-duration: .* is not a positive number"):
            load({"max_duration": text})

    def test_a_factor_is_an_integer(self) -> None:
        assert load({"provider_clock": "1"}).provider_clock == 1
        assert load({"provider_clock": "100"}).provider_clock == 100
        assert load({}).provider_clock is None

    @pytest.mark.parametrize("text", ["0", "101", "-1", "1.5", "x20", "²", "1e1"])
    def test_any_other_factor_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError, match=r"--provider-clock: .* an integer from 1 to 100"):
            load({"provider_clock": text})


class TestRefusals:
    def test_an_unknown_choice_is_refused_with_the_valid_ones(self) -> None:
        with pytest.raises(UsageError, match=r"--target: 'moon'.*\n.*embedded"):
            load({"target": "moon"})

    @pytest.mark.parametrize(
        ("environ", "ini", "origin"),
        [
            ({"CATALOG_HARNESS_TARGET": "moon"}, {}, "CATALOG_HARNESS_TARGET"),
            ({}, {"target": "moon"}, "ini value catalog_target"),
        ],
    )
    def test_a_refusal_contains_the_origin_of_the_value(
        self, environ: dict[str, str], ini: dict[str, str], origin: str
    ) -> None:
        with pytest.raises(UsageError, match=origin):
            load(environ=environ, ini=ini)

    def test_an_empty_option_is_refused(self) -> None:
        with pytest.raises(UsageError, match="--environment-suffix: empty"):
            load({"environment_suffix": ""})

    def test_a_flag_must_be_a_boolean(self) -> None:
        with pytest.raises(UsageError, match=r"CATALOG_HARNESS_KEEP_STACK: 'maybe'"):
            load(environ={"CATALOG_HARNESS_KEEP_STACK": "maybe"})

    def test_a_stack_is_either_kept_or_reused(self) -> None:
        with pytest.raises(UsageError, match="keep-stack and reuse-stack"):
            load({"keep_stack": True, "reuse_stack": True})

    def test_the_home_of_an_unknown_user_is_a_usage_error(self) -> None:
        with pytest.raises(UsageError, match="~no-such-user/x"):
            load({"report_dir": "~no-such-user/x"})


class TestPaths:
    @pytest.fixture(autouse=True)
    def _home(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.chdir(tmp_path)

    def test_a_tilde_is_the_home_directory(self, tmp_path: Path) -> None:
        assert load({"report_dir": "~/out"}).report_dir == tmp_path / "out"

    def test_recorded_paths_are_absolute(self, tmp_path: Path) -> None:
        settings = load({"provider_mirror": "mirror", "terraform": "./terraform"})

        assert settings.provider_mirror == tmp_path / "mirror"
        assert settings.terraform == str(tmp_path / "terraform")

    def test_a_bare_program_name_is_unchanged(self) -> None:
        assert load({"terraform": "tofu"}).terraform == "tofu"

    def test_the_state_folder_can_be_set(self, tmp_path: Path) -> None:
        assert load(environ={"CATALOG_HARNESS_HOME": "~/state"}).home == tmp_path / "state"


class TestStackConfigFile:
    def test_its_fields_are_the_stack_settings(self, tmp_path: Path) -> None:
        file = tmp_path / "stack.json"
        file.write_text(json.dumps({"desired_count": 3}))

        assert load({"stack_config": str(file)}).stack_settings == {"desired_count": 3}

    def test_without_a_file_there_are_none(self) -> None:
        assert load().stack_settings == {}

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"{", "not JSON"),
            (b"[1]", "contains a JSON list"),
            (b"[" * 20_000 + b"]" * 20_000, "nested too deeply"),
            (b"1" * 5_000, "not JSON"),
            (b"\xff\xfe", "cannot be read"),
            (None, "cannot be read"),
        ],
    )
    def test_an_invalid_file_is_refused(
        self, tmp_path: Path, content: bytes | None, message: str
    ) -> None:
        file = tmp_path / "stack.json"
        if content is not None:
            file.write_bytes(content)

        with pytest.raises(UsageError, match=rf"--stack-config .*stack\.json: {message}"):
            load({"stack_config": str(file)})


class TestNewSuffix:
    def test_two_runs_have_different_ones(self) -> None:
        assert new_environment_suffix() != new_environment_suffix()

    @pytest.mark.parametrize("user", ["ada", "Grace.Hopper", "root", "9lives", "-", "名前"])
    def test_it_is_valid_for_every_user_name(
        self, monkeypatch: pytest.MonkeyPatch, user: str
    ) -> None:
        monkeypatch.setattr(getpass, "getuser", lambda: user)

        suffix = new_environment_suffix()

        assert StackConfig(environment_suffix=suffix).environment_suffix == suffix

    def test_it_starts_with_the_user_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(getpass, "getuser", lambda: "Grace.Hopper")

        assert new_environment_suffix().startswith("grace-")

    @pytest.mark.parametrize("error", [KeyError("uid 4711"), OSError("no user name")])
    def test_without_a_user_name_it_has_a_default_prefix(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        def nameless() -> str:
            raise error

        monkeypatch.setattr(getpass, "getuser", nameless)

        assert new_environment_suffix().startswith("run-")
