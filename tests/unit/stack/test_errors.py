import pytest

from stack.errors import ConfigError, NodeNotFoundError, StackError


def test_a_config_error_names_the_field_its_value_and_what_is_right() -> None:
    error = ConfigError("task_cpu", 300, "must be 256")
    assert str(error) == "task_cpu is 300: must be 256"
    assert (error.field, error.value, error.right) == ("task_cpu", 300, "must be 256")


def test_a_value_that_was_not_given_is_not_called_none() -> None:
    assert str(ConfigError("region", None, "set it")) == "region is not set: set it"


@pytest.mark.parametrize("kind", [ConfigError, NodeNotFoundError])
def test_what_a_user_can_mend_has_one_base(kind: type[Exception]) -> None:
    assert issubclass(kind, StackError)
