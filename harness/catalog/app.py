"""The cdktf app of the catalog stack: its package, and the Node.js that runs its bindings."""

import os
import shutil
from pathlib import Path

from harness.core.errors import ToolNotFoundError
from harness.run.stack_definition import StackApp
from stack import __file__ as stack_file
from stack.app import CONFIG_VARIABLE, STATE_REGION_VARIABLE, VARIABLES
from stack.errors import NodeNotFoundError
from stack.jsii_runtime import OLDEST_MAINTAINED_NODE, choose_node

OLDEST_NODE = OLDEST_MAINTAINED_NODE
# The folder of the package ``stack``, with the API and its Dockerfile in it.
PACKAGE = Path(stack_file).parent
APP = StackApp(
    module="stack.app",
    package=PACKAGE.resolve(),
    not_synthesized=frozenset({"api"}),  # it runs in the tasks
    config_variable=CONFIG_VARIABLE,
    inputs=frozenset({*VARIABLES.values(), STATE_REGION_VARIABLE}),
    copied=frozenset({"environment_suffix", "tags"}),
)


def find_node() -> str:
    """Return the path of the Node.js that a synth uses: ``JSII_NODE``, on PATH, or packaged.

    Raises:
        ToolNotFoundError: There is none.
    """
    try:
        chosen = os.environ.get("JSII_NODE") or choose_node(os.environ.get("PATH"))
    except NodeNotFoundError as error:
        remedy = "install Node.js, or `pip install 'catalog-harness[node]'`"
        raise ToolNotFoundError(str(error), remedy=remedy) from error
    return str(chosen or shutil.which("node"))
