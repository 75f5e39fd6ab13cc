from harness.checks.s3_lifecycle import LogBucket


def test_old_logs_are_deleted_by_exactly_one_rule(log_bucket: LogBucket) -> None:
    log_bucket.lifecycle()


def test_objects_are_encrypted(log_bucket: LogBucket) -> None:
    log_bucket.encryption()


def test_the_bucket_is_closed_to_the_public(log_bucket: LogBucket) -> None:
    log_bucket.public_access_blocked()


def test_only_log_delivery_may_write(log_bucket: LogBucket) -> None:
    log_bucket.policy()
