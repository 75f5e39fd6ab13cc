"""Who calls: access key, region and service, read from a request's signature.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

import re
from dataclasses import dataclass

_CREDENTIAL = re.compile(
    r"AWS4-HMAC-SHA256\s.*?Credential=(?P<key>[^/,\s]+)/\d*/(?P<region>[^/,]*)/(?P<service>[^/,]+)/"
)


@dataclass(frozen=True)
class Tenant:
    """Whose resources a call sees: AWS account id (12 digits) and region."""

    account: str
    region: str

    def authorization(self, service: str) -> str:
        """Return a header that makes MiniStack act for this tenant.

        MiniStack takes an access key of 12 digits as the account id and checks no signature.
        """
        scope = f"{self.account}/20200101/{self.region}/{service}/aws4_request"
        return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


@dataclass(frozen=True)
class Signature:
    """What a signed request says about itself; the signature proper is not kept."""

    access_key: str
    region: str
    service: str


def signature_of(authorization: str) -> Signature | None:
    """Read an Authorization header; None if it carries no Signature Version 4."""
    found = _CREDENTIAL.match(authorization)
    return Signature(found["key"], found["region"], found["service"]) if found else None
