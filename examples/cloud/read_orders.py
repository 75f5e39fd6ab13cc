"""A program that knows nothing of the cloud: boto3 reads the variables."""

import boto3

print(boto3.client("s3").get_object(Bucket="orders", Key="1.json")["Body"].read().decode())
