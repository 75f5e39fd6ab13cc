import runpy

import pytest

import stack.api.__main__ as service_main
from stack.api.__main__ import main
from tests.unit.stack.api.test_settings import ENVIRONMENT

# Nobody serves a database there: the service must start and stop all the same.
ENVIRONMENT = ENVIRONMENT | {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "HOST": "127.0.0.1"}


def test_a_missing_setting_is_one_line_and_status_2(
    process_state: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main({"DB_PASSWORD": "s3cr3t"}) == 2
    output = capsys.readouterr()
    assert output.err.startswith("catalog-api: DB_USERNAME, DB_HOST, DB_PORT, DB_NAME not set")
    assert len(output.err.splitlines()) == 1
    assert "s3cr3t" not in output.err + output.out


def test_run_as_a_module_it_reads_the_process_s_environment(
    process_state: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(service_main.__file__, run_name="__main__")
    assert ended.value.code == 2
