"""S3: listing and deleting."""

from typing import Any

from harness.aws.resources.resource import Kind, Resource
from tests.unit.harness.aws.resources.fake_account import (
    REGION,
    deleted,
    gone,
    inventory,
    listed,
    tags,
    upper,
)
from tests.unit.harness.checks.fake_aws import Answer, RefusalError

NAME = f"catalog-logs-pr1-{REGION}"
TAGGED = Resource(Kind.BUCKET, "logs", tags={"Project": "product-catalog"})


def buckets(*names: str, tagging: Answer) -> dict[str, Answer]:
    return {
        "s3.ListBuckets": {
            "Buckets": [{"Name": name, "BucketRegion": name[-10:]} for name in names]
        },
        "s3.GetBucketTagging": tagging,
    }


def refusing(code: str) -> Answer:
    def refuse(_: object) -> dict[str, Any]:
        raise RefusalError(code)

    return refuse


class TestListing:
    def test_those_of_this_region_are_listed_with_their_tags(self) -> None:
        names = (NAME, "catalog-logs-pr1-xx-us-east-1", f"states-{REGION}")

        assert listed(buckets(*names, tagging={"TagSet": upper(tags())})) == [
            Resource(Kind.BUCKET, NAME, NAME, tags()),
            Resource(Kind.BUCKET, f"states-{REGION}", f"states-{REGION}", tags()),
        ]

    def test_the_account_id_at_the_end_is_not_a_part_of_the_name(self) -> None:
        named = {"s3.ListBuckets": {"Buckets": [{"Name": "catalog-logs-pr1-123456789012"}]}}
        [bucket] = listed({**named, "s3.GetBucketTagging": {"TagSet": []}})

        assert bucket.identifier == "catalog-logs-pr1-123456789012"
        assert bucket.name == "catalog-logs-pr1"

    def test_one_without_tags_is_an_error_of_s3_but_not_of_the_listing(self) -> None:
        assert listed(buckets(NAME, tagging=refusing("NoSuchTagSet"))) == [
            Resource(Kind.BUCKET, NAME, NAME)
        ]

    def test_one_whose_policy_denies_reading_its_tags_is_listed_and_marked(self) -> None:
        [bucket] = listed(buckets(NAME, tagging=refusing("AccessDenied")))

        assert not bucket.tags_known
        assert bucket.state == "its tags cannot be read"

    def test_one_that_is_deleted_meanwhile_is_left_out(self) -> None:
        assert listed(buckets(NAME, tagging=gone("NoSuchBucket"))) == []

    def test_any_other_error_is_the_error_of_the_service(self) -> None:
        found = inventory(buckets(NAME, tagging=refusing("SlowDown")))

        assert "SlowDown" in str(found.errors["s3"])


class TestDeleting:
    def test_every_version_marker_and_unfinished_upload_is_deleted_first(self) -> None:
        _, aws = deleted(
            TAGGED,
            {
                "s3.ListObjectVersions": {
                    "Versions": [{"Key": "a", "VersionId": "1"}],
                    "DeleteMarkers": [{"Key": "a", "VersionId": "2"}],
                },
                "s3.DeleteObjects": {},
                "s3.ListMultipartUploads": {"Uploads": [{"Key": "b", "UploadId": "3"}]},
                "s3.AbortMultipartUpload": {},
                "s3.DeleteBucket": {},
            },
        )

        [objects] = aws.parameters_of("s3.DeleteObjects")
        assert [each["VersionId"] for each in objects["Delete"]["Objects"]] == ["1", "2"]
        assert aws.parameters_of("s3.AbortMultipartUpload")[0]["UploadId"] == "3"
        assert aws.requests[-1][0] == "s3.DeleteBucket"

    def test_an_object_that_must_not_be_deleted_is_the_outcome(self) -> None:
        outcome, _ = deleted(
            TAGGED,
            {
                "s3.ListObjectVersions": {"Versions": [{"Key": "a", "VersionId": "1"}]},
                "s3.DeleteObjects": {"Errors": [{"Code": "AccessDenied", "Message": "locked"}]},
            },
        )

        assert outcome.error == "DeleteObjects: AccessDenied: locked"

    def test_one_without_tags_is_never_emptied(self) -> None:
        outcome, aws = deleted(Resource(Kind.BUCKET, "logs"), {"s3.DeleteBucket": {}})

        assert outcome.error == ""
        assert [name for name, _ in aws.requests] == ["s3.DeleteBucket"]
