"""The bundle of a failed run: a folder, and a zip of it, beside the report.

It holds what explains a failure and ends with the teardown: plan, Terraform's events, the logs of
the cloud and of the tasks, ECS events and stopped reasons, target health, versions, settings.
Every text is redacted.
"""

import json
import platform
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.core.errors import HarnessError, UsageError
from harness.core.redaction import redact
from harness.deploy.workspace import find_tools
from harness.pipeline.service_state import Source, as_json, service_state
from harness.run.ledger import RunRecord
from harness.run.run import Run
from harness.targets.factory import attach_target, target_type
from harness.terraform.command import EVENTS
from harness.terraform.configuration import CONFIGURATION

_LONGEST = 5_000_000  # characters of one file: the last ones
COPY = "configuration.tf.json"
_UNAVAILABLE = "services.error.txt"


def save_bundle(run: Run, error: BaseException | None = None) -> None:
    """Save the bundle of a failed run, once, while its target still exists.

    What cannot be read, or not be saved, is a note in its place: the teardown comes next. After
    Ctrl-C and after a usage error there is none. ``teardown.bundle`` becomes the name of the zip.
    """
    record = run.find_record()
    unwanted = isinstance(error, KeyboardInterrupt | UsageError)
    if record is None or run.teardown.bundle or unwanted:
        return
    stamp = "".join(filter(str.isdigit, run.started_at))[:14]
    folder = run.settings.report_dir / f"bundle-{run.environment_suffix}-{stamp}"
    try:
        with run.timeline.phase("bundle"):
            for name, source in _sources(run, record):
                _write(folder / name, source)
            shutil.make_archive(str(folder), "zip", folder)
    except OSError as failure:
        run.timeline.note(f"no bundle of the failure in {folder}: {failure}")
        return
    run.teardown.bundle = f"{folder.name}.zip"


def _write(path: Path, source: Source) -> None:
    try:
        text = source()
    except (BotoCoreError, ClientError, HarnessError, LookupError, OSError) as error:
        text = f"not available: {error}\n"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(redact(text)[-_LONGEST:], encoding="utf-8")


def _sources(run: Run, record: RunRecord) -> Iterator[tuple[str, Source]]:
    """Yield name and content of each file; the first one registers the secrets of the run."""
    services = _services(run, record) if record.attachment else {}
    yield from services.items()
    events = run.workspace_directory / EVENTS
    yield "settings.json", partial(_settings, run, record)
    yield "versions.json", partial(_versions, record)
    yield "timeline.json", lambda: as_json(run.timeline.to_dict())
    yield COPY, (run.workspace_directory / CONFIGURATION).read_text
    yield "terraform-events.jsonl", events.read_text
    yield "plan.jsonl", lambda: _planned(events.read_text())
    logs = target_type(record.target).log_files(record.attachment) if record.attachment else ()
    # The first is the log of the target itself; the others are those of containers.
    for path in logs[:1] if _UNAVAILABLE in services else logs:
        yield f"cloud/{path.name}", partial(path.read_text, errors="replace")


def _services(run: Run, record: RunRecord) -> dict[str, Source]:
    try:
        target = attach_target(record.target, record.region, record.attachment)
        services = run.stack.ecs_services(run.stack.restore(record.config)) if record.config else ()
        return dict(service_state(target, services, run.environment_suffix, run.event))
    except (BotoCoreError, ClientError, HarnessError) as error:
        return {_UNAVAILABLE: partial(str, f"not available: {error}\n")}


def read_configuration(path: Path) -> Mapping[str, Any]:
    """Return a synthesized configuration, also in the folder of a bundle; {} for none."""
    try:
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _settings(run: Run, record: RunRecord) -> str:
    # Without the access to the target.
    recorded = {name: value for name, value in asdict(record).items() if name != "attachment"}
    return as_json({"settings": asdict(run.settings), "record": recorded})


def _versions(record: RunRecord) -> str:
    system = {"Python": platform.python_version(), "system": platform.platform()}
    tools = find_tools(record.terraform, record.mirror).facts()
    installed = (each.metadata for each in distributions())
    packages = sorted(f"{each['Name']} {each['Version']}" for each in installed)
    return as_json({**system, **tools, "packages": packages})


def _planned(events: str) -> str:
    kinds = ('"type":"planned_change"', '"type":"change_summary"')
    return "".join(line for line in events.splitlines(keepends=True) if any(map(line.count, kinds)))
