from stack.api.healthcheck import is_healthy


def test_no_answer_is_not() -> None:
    assert not is_healthy({"HOST": "127.0.0.1", "PORT": "1"})
