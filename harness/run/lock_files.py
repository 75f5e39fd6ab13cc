"""Names of the files in the folder of a run by which processes find out whether its owner lives."""

RECORD_FILE = "run.json"
LOCK_FILE = "owner.lock"
# Held together with the lock. The watchdog waits for it, so that it never takes the lock of a
# run that ended in order.
WATCHED_FILE = "watched.lock"
