"""The caller of a request: access key, region and service of its signature.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

import re
from dataclasses import dataclass

_CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256\s.*?Credential=(?P<key>[^/,\s]+)/\d*/(?P<region>[^/,]*)/(?P<service>[^/,]+)/"
)


@dataclass(frozen=True)
class Caller:
    """The AWS account id (12 digits) and region of a call."""

    account: str
    region: str

    def authorization(self, service: str) -> str:
        """Return the Authorization header of a call for this account and region.

        MiniStack takes an access key of 12 digits as the account id and checks no signature.
        """
        scope = f"{self.account}/20200101/{self.region}/{service}/aws4_request"
        return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


@dataclass(frozen=True)
class Signature:
    """The credential scope of a signed request, without the signature itself."""

    access_key: str
    region: str
    service: str


def signature_of(authorization: str) -> Signature | None:
    """Parse an Authorization header; None if it is not Signature Version 4."""
    found = _CREDENTIAL.match(authorization)
    return Signature(found["key"], found["region"], found["service"]) if found else None
