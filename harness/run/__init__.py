"""One run on record: settings, ledger, timeline, evidence."""
