"""The sources of the catalog API's image."""

from pathlib import Path

import stack


def package_folder() -> Path:
    """Return the folder of the package ``stack``, with the API and its Dockerfile in it."""
    return Path(stack.__path__[0])
