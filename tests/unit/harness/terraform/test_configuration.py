import json
import stat
from pathlib import Path
from typing import Any

import pytest

from harness.terraform.configuration import overrides, required_providers, write_json

_PROVIDER = {"endpoints": [{"s3": "http://127.0.0.1:1"}]}


def stack(**terraform: Any) -> dict[str, Any]:
    return {"provider": {"aws": [{"region": "eu-north-1"}]}, "terraform": terraform}


@pytest.mark.parametrize("backend", [None, {"local": {"path": "/some/where.tfstate"}}])
def test_a_local_state_is_kept_in_the_working_directory(backend: Any) -> None:
    added = overrides(stack(backend=backend), {})

    assert added == {"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}}


def test_a_remote_backend_is_unchanged() -> None:
    assert overrides(stack(backend={"s3": {"bucket": "b"}}), {}) == {}


def test_the_settings_of_the_target_are_added_to_the_provider() -> None:
    added = overrides(stack(backend={"s3": {}}), _PROVIDER)

    assert added == {"provider": {"aws": [_PROVIDER]}}


def test_they_are_added_to_every_alias() -> None:
    config = stack(backend={"s3": {}})
    config["provider"]["aws"].append({"alias": "north", "region": "us-east-1"})

    assert overrides(config, _PROVIDER)["provider"]["aws"] == [
        _PROVIDER,
        {"alias": "north", **_PROVIDER},
    ]


def test_a_single_provider_block_need_not_be_a_list() -> None:
    config = {"provider": {"aws": {"region": "eu-north-1"}}}

    assert overrides(config, _PROVIDER)["provider"] == {"aws": [_PROVIDER]}


def test_without_a_provider_block_nothing_is_added() -> None:
    assert "provider" not in overrides({}, _PROVIDER)


def test_a_short_provider_source_equals_the_full_one() -> None:
    short, long = (
        {"terraform": {"required_providers": {"aws": {"source": source, "version": "5.100.0"}}}}
        for source in ("aws", "hashicorp/aws")
    )

    assert required_providers(short) == required_providers(long)


def test_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"

    write_json(path, {"a": 1})

    assert json.loads(path.read_text()) == {"a": 1}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
