"""``python -m tests.iam_policy``: write docs/iam-policy.json from the recorded actions."""

from tests.iam_policy.policy import FILE, text

FILE.write_text(text(), encoding="utf-8")
