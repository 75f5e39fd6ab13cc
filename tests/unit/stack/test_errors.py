import pytest

from stack.errors import ConfigError, NodeNotFoundError, StackError


def test_a_config_error_names_the_field_its_value_and_the_expected_value() -> None:
    error = ConfigError("task_cpu", 300, "must be 256")
    assert str(error) == "task_cpu is 300: must be 256"
    assert (error.field, error.value, error.expected) == ("task_cpu", 300, "must be 256")


def test_a_value_that_was_not_given_is_not_called_none() -> None:
    assert str(ConfigError("region", None, "set it")) == "region is not set: set it"


@pytest.mark.parametrize("kind", [ConfigError, NodeNotFoundError])
def test_errors_that_a_user_can_fix_have_one_base(kind: type[Exception]) -> None:
    assert issubclass(kind, StackError)
