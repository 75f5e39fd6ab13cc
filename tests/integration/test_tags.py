from harness.checks.tags import Tags


def test_the_network_is_tagged(tags: Tags) -> None:
    tags.network()


def test_the_load_balancer_is_tagged(tags: Tags) -> None:
    tags.load_balancer()


def test_the_service_is_tagged_and_so_are_its_tasks(tags: Tags) -> None:
    tags.service_and_tasks()


def test_the_database_is_tagged(tags: Tags) -> None:
    tags.database()


def test_the_log_bucket_is_tagged(tags: Tags) -> None:
    tags.log_bucket()


def test_the_log_group_is_tagged(tags: Tags) -> None:
    tags.log_group()


def test_the_secret_is_tagged(tags: Tags) -> None:
    tags.secret()


def test_the_roles_are_tagged(tags: Tags) -> None:
    tags.roles()


def test_the_distribution_is_tagged(tags: Tags) -> None:
    tags.distribution()


def test_the_alarms_are_tagged(tags: Tags) -> None:
    tags.alarms()


def test_the_scalable_target_is_tagged(tags: Tags) -> None:
    tags.scaling()
