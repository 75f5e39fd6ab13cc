import re
from pathlib import Path

import ministack.services
import pytest
from ministack.app import SERVICE_REGISTRY

from harness.emulator.gateway.switched_off import LISTEN, RUN_CODE, SwitchedOff, switch_off

# What MiniStack imports where it starts programs, containers, JavaScript or SQL engines.
STARTS = re.compile(
    r"^\s*(?:import|from) (?:docker|subprocess|duckdb)\b"
    r"|\b(?:node_pool|appsync_js|cloudfront_js|lambda_runtime)\b",
    re.MULTILINE,
)
ALLOWED = {
    "cloudfront": "the stack has a distribution; functions are switched off with Node.js",
    "ec2": "the stack's network; instances are containers, and the engine has no image for them",
    "ecs": "the stack's tasks",
    "rds": "the stack's database",
    "kinesisanalyticsv2_flink": "used by kinesisanalyticsv2 alone",
}


def test_every_service_that_starts_programs_is_switched_off_or_needed() -> None:
    (folder,) = ministack.services.__path__
    starting = {path.stem for path in Path(folder).glob("*.py") if STARTS.search(path.read_text())}

    assert starting - RUN_CODE.keys() - LISTEN.keys() == ALLOWED.keys()


def test_the_table_names_modules_of_ministack() -> None:
    known = {module for each in SERVICE_REGISTRY.values() for module in _modules(each)}

    assert {*RUN_CODE, *LISTEN} - known == {"s3_object_lambda"}


def _modules(entry: dict[str, str]) -> tuple[str, ...]:
    return (entry["module"], *entry.get("sub_modules", ()))


@pytest.mark.parametrize("allow_code", [True, False])
def test_services_that_run_code_are_switched_on_by_request(
    monkeypatch: pytest.MonkeyPatch, allow_code: bool
) -> None:
    from ministack.core import node_pool  # noqa: PLC0415

    # Restored after the test.
    monkeypatch.setattr(node_pool.NodeWorkerPool, "call", node_pool.NodeWorkerPool.call)
    modules: dict[str, object] = {}

    switch_off(modules, allow_code=allow_code)

    assert ("lambda_svc" in modules) is not allow_code
    assert "dsql" in modules


@pytest.mark.anyio
async def test_a_call_returns_an_error_that_names_the_option() -> None:
    off = SwitchedOff("lambda_svc", "it runs code", "; `--allow-code` switches it on")

    status, headers, body = await off.handle_request("POST", "/", {}, b"", {})

    assert status == 400
    assert headers["x-amzn-errortype"] == "AccessDeniedException"
    assert b"lambda_svc is switched off" in body
    assert b"--allow-code" in body


def test_other_functions_are_those_of_the_module() -> None:
    assert callable(SwitchedOff("apigateway_v1", "", "").resolve_base_path_mapping)
