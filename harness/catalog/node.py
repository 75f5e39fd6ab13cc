"""The Node.js that runs the bindings of the stack in a synth."""

import os
import shutil

from harness.core.errors import ToolNotFoundError
from stack.errors import NodeNotFoundError
from stack.jsii_runtime import OLDEST_MAINTAINED_NODE, choose_node

OLDEST_NODE = OLDEST_MAINTAINED_NODE


def find_node() -> str:
    """Return the path of the Node.js that a synth uses: ``JSII_NODE``, on PATH, or packaged.

    Raises:
        ToolNotFoundError: There is none.
    """
    try:
        chosen = os.environ.get("JSII_NODE") or choose_node(os.environ.get("PATH"))
    except NodeNotFoundError as error:
        remedy = "install Node.js, or `pip install 'catalog-harness[embedded]'`"
        raise ToolNotFoundError(str(error), remedy=remedy) from error
    return str(chosen or shutil.which("node"))
