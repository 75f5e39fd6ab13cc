import pytest

from harness.run.teardown_result import TeardownResult, TeardownState


def test_until_something_is_known_nothing_is_claimed() -> None:
    assert str(TeardownResult()) == "no teardown: the stack was left as it is"


@pytest.mark.parametrize(
    ("leftovers", "text"),
    [
        (("a",), "teardown proof FAILED: 1 resource left"),
        (("a", "b"), "teardown proof FAILED: 2 resources left"),
    ],
)
def test_leftovers_are_counted(leftovers: tuple[str, ...], text: str) -> None:
    assert str(TeardownResult(TeardownState.FAILED, leftovers)) == text


@pytest.mark.parametrize("state", TeardownState)
def test_without_leftovers_the_state_is_the_sentence(state: TeardownState) -> None:
    assert str(TeardownResult(state)) == state.value
