"""Every mutation, and the data-plane checks that no mutation can turn red on the embedded cloud."""

from tests.mutations import (
    attached,
    cluster,
    database,
    edge,
    network,
    service,
    settings,
    storage,
    tags,
    tasks,
    traffic,
)

MUTATIONS = tuple(
    each
    for module in (
        *(network, attached, storage, settings, database, cluster, edge, traffic, service, tasks),
        tags,
    )
    for each in module.MUTATIONS
)
# Data-plane check -> why nothing can refute it on the embedded cloud; listed in docs/checks.md.
NOT_REFUTABLE = {
    "aurora/plain-text-refused": "not made there: MiniStack does not pass rds.force_ssl on",
}
