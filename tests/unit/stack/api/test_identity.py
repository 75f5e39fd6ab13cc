import socket

import pytest

from stack.api.identity import find_task_id


@pytest.mark.parametrize("uri", ["http://127.0.0.1:1/v4", "file:///etc/passwd", "", "nonsense"])
def test_an_endpoint_that_cannot_be_asked_gives_the_container_s_name(uri: str) -> None:
    environment = {"ECS_CONTAINER_METADATA_URI_V4": uri, "HOSTNAME": "container-7"}
    assert find_task_id(environment) == "container-7"


def test_without_any_hint_it_is_the_machine_s_name() -> None:
    assert find_task_id({}) == socket.gethostname()
