"""Runs commands one after the other with an embedded cloud of their own.

``python -m tests.bench.with_cloud FOLDER FILE``; the file has the commands as JSON, and receives
the seconds from the start of the cloud to the end of the last command. Terraform's CLI
configuration and PATH come from the environment.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from harness.emulator.cloud import embedded_cloud
from harness.targets.embedded import EmbeddedTarget
from tests.bench.prepared_stack import REGION


def main(folder: str, file: str) -> None:
    """Run the commands; the first that fails ends it."""
    path = Path(file)
    commands = json.loads(path.read_text())
    started = time.monotonic()
    with embedded_cloud(region=REGION) as cloud:
        target = EmbeddedTarget(region=REGION, attachment={"cloud": cloud.directory})
        environment = {**os.environ, **target.environment()}
        for command in commands:
            subprocess.run(command, cwd=folder, env=environment, check=True)
        path.write_text(json.dumps(time.monotonic() - started))


if __name__ == "__main__":
    main(*sys.argv[1:])
