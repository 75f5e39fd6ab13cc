from harness.checks.network import Network


def test_every_zone_has_a_public_and_a_private_subnet(network: Network) -> None:
    network.subnets_in_every_zone()


def test_private_subnets_go_out_through_nat(network: Network) -> None:
    network.default_routes()


def test_nat_gateways_are_available(network: Network) -> None:
    network.nat_gateways()
