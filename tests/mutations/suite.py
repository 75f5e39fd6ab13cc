"""Every mutation, and the data-plane checks that no mutation can turn red on the embedded cloud."""

from tests.mutations import database, edge, network, service, storage

MUTATIONS = (
    *network.MUTATIONS,
    *storage.MUTATIONS,
    *database.MUTATIONS,
    *edge.MUTATIONS,
    *service.MUTATIONS,
)
# Data-plane check -> why nothing can refute it on the embedded cloud; listed in the README.
NOT_REFUTABLE = {
    "aurora/plain-text-refused": "not made there: MiniStack does not pass rds.force_ssl on",
}
