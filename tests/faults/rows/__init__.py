"""All rows, in the order of the table."""

from tests.faults.row import Row
from tests.faults.rows import (
    api,
    commands,
    machine,
    processes,
    records,
    requests,
    sessions,
    signals,
)

ROWS: tuple[Row, ...] = tuple(
    row
    for family in (signals, processes, api, machine, commands, sessions, records, requests)
    for row in family.rows()
)
