"""Deploys a cdktf stack to an emulator or to AWS, proves that it works, and destroys it.

The public API is what ``harness/__init__.pyi`` names; modules below are internal. A name is
imported on its first use (https://scientific-python.org/specs/spec-0001/).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
