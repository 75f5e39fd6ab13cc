"""Start data of a cloud: a bucket with one object. AWS_ENDPOINT_URL and credentials are set."""

import boto3

s3 = boto3.client("s3")
s3.create_bucket(
    Bucket="orders", CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name}
)
s3.put_object(Bucket="orders", Key="1.json", Body=b'{"sku": "A-1"}')
