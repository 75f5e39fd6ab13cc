"""``python -m tests.iam_policy``: write docs/iam-policy.json from the recorded actions.

``--record`` repeats the recording first (about six minutes); ``--check`` writes nothing and fails
if a file is not current.
"""

import argparse
import json
import sys

from tests.iam_policy.policy import POLICIES, RECORDED, text


def main() -> int:
    """Write or check the policy; 1 if it is not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="repeat the recording first")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    if options.record:
        from tests.iam_policy.recording import merged, record  # noqa: PLC0415 - starts a cloud

        RECORDED.write_text(json.dumps(merged(record()), indent=1) + "\n", encoding="utf-8")
    stale = [path for path in POLICIES if path.read_text(encoding="utf-8") != text(path)]
    for path in stale:
        if options.check:
            print(f"{path} is not current: run python -m tests.iam_policy", file=sys.stderr)
        else:
            path.write_text(text(path), encoding="utf-8")
            print(f"wrote {path}")
    return int(options.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
