"""``python -m tests.parity``: write ``docs/parity.md``."""

from tests.parity.page import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
