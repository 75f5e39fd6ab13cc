from harness.checks.aurora import Aurora


def test_the_cluster_is_serverless_and_encrypted(aurora: Aurora) -> None:
    aurora.cluster()


def test_there_is_one_writer_and_nothing_public(aurora: Aurora) -> None:
    aurora.instances()


def test_the_parameter_group_forces_tls(aurora: Aurora) -> None:
    aurora.forces_tls()


def test_the_cluster_is_in_the_private_subnets(aurora: Aurora) -> None:
    aurora.private_subnets()


def test_the_secret_matches_the_cluster(aurora: Aurora) -> None:
    aurora.secret_matches_cluster()


def test_the_secret_opens_an_encrypted_connection(aurora: Aurora) -> None:
    aurora.connects_with_secret()


def test_a_wrong_password_is_refused(aurora: Aurora) -> None:
    aurora.wrong_password_refused()


def test_a_connection_without_tls_is_refused(aurora: Aurora) -> None:
    aurora.plain_text_refused()


def test_the_data_api_answers_with_the_secret(aurora: Aurora) -> None:
    aurora.data_api_answers()


def test_every_task_reaches_the_database(aurora: Aurora) -> None:
    aurora.service_ready()


def test_rows_of_the_api_are_rows_of_direct_sql(aurora: Aurora) -> None:
    aurora.rows_agree_with_direct_sql()


def test_rows_of_the_api_are_rows_of_the_data_api(aurora: Aurora) -> None:
    aurora.rows_agree_with_data_api()
