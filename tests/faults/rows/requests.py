"""Requests of strangers to an embedded cloud: each is refused, and the cloud goes on."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.faults.row import NO_REPORT, Row
from tests.faults.scene import Scene

FAMILY = "Requests of strangers"
BODY = "Action=CreateVpc&Version=2016-11-15&CidrBlock=10.9.0.0%2F16"
SECONDS = 30


@dataclass(frozen=True)
class Sent:
    """What is sent: everything can be changed after it was signed."""

    headers: Mapping[str, str]
    body: str = BODY
    path: str = "/"


Forge = Callable[[Any, str], Sent]


def rows() -> Iterator[Row]:
    for fault, forge in (
        ("without a signature", lambda _, __: Sent(FORM)),
        ("with the key of a tutorial", lambda _, host: signed(Credentials("test", "test"), host)),
        ("with an account number as key", account_key),
        ("with a wrong secret", wrong_secret),
        ("with another body than the signed one", other_body),
        ("with another path than the signed one", other_path),
        ("with a signature of 16 minutes ago, replayed", replayed),
        ("with a header of AWS that is not signed", unsigned_header),
        ("of a page of another origin", other_origin),
        ("of a page of origin null", null_origin),
        ("for a host of somebody else (DNS rebinding)", other_host),
        ("that calls Lambda, without a signature", call_lambda),
    ):
        yield Row(
            FAMILY,
            fault,
            "while a cloud runs",
            inject=refused(forge),
            command=("cloud",),
            status=130,
            verdict=NO_REPORT,
            bystander=False,
            quick=True,
        )


FORM = {"content-type": "application/x-www-form-urlencoded"}


def signed(
    credentials: Credentials, host: str, *, age: timedelta = timedelta(), body: str = BODY
) -> Sent:
    """Return the request as the SDK signs it, some time ago."""
    request = AWSRequest("POST", f"http://{host}/", headers=dict(FORM), data=body)
    request.context["timestamp"] = (datetime.now(UTC) - age).strftime("%Y%m%dT%H%M%SZ")
    signer = SigV4Auth(credentials, "ec2", "eu-north-1")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    signer._inject_signature_to_request(request, signature)  # type: ignore[attr-defined]
    return Sent(dict(request.headers.items()), body)


def account_key(own: Credentials, host: str) -> Sent:
    return signed(Credentials("000000000000", "test"), host)


def wrong_secret(own: Credentials, host: str) -> Sent:
    return signed(Credentials(own.access_key, "x" * 40), host)


def other_body(own: Credentials, host: str) -> Sent:
    return Sent(signed(own, host).headers, BODY.replace("10.9", "10.8"))


def other_path(own: Credentials, host: str) -> Sent:
    return Sent(signed(own, host).headers, path="/other")


def replayed(own: Credentials, host: str) -> Sent:
    return signed(own, host, age=timedelta(minutes=16))


def unsigned_header(own: Credentials, host: str) -> Sent:
    return Sent({**signed(own, host).headers, "x-amz-security-token": "x"})


def other_origin(own: Credentials, host: str) -> Sent:
    return Sent({**signed(own, host).headers, "origin": "https://example.com"})


def null_origin(own: Credentials, host: str) -> Sent:
    return Sent({**signed(own, host).headers, "origin": "null"})


def other_host(own: Credentials, host: str) -> Sent:
    return Sent({**signed(own, "rebound.example.com").headers, "host": "rebound.example.com"})


def call_lambda(own: Credentials, host: str) -> Sent:
    body = '{"FunctionName": "f", "Runtime": "python3.12", "Role": "r", "Handler": "f.f"}'
    headers = {"content-type": "text/plain", "x-amz-content-sha256": hashlib.sha256().hexdigest()}
    return Sent(headers, body, "/2015-03-31/functions")


def refused(forge: Forge) -> Callable[[Scene], None]:
    """Send the forged request; it must be refused, and have created nothing."""

    def inject(scene: Scene) -> None:
        scene.cli.await_output("export DOCKER_HOST=")
        variables = dict(
            line.removeprefix("export ").partition("=")[::2]
            for line in scene.cli.output.splitlines()
            if line.startswith("export ")
        )
        endpoint = variables["AWS_ENDPOINT_URL"]
        own = Credentials(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"])
        host = endpoint.removeprefix("http://")
        before = vpcs(own, endpoint)
        sent = forge(own, host)
        answer = requests.post(
            endpoint + sent.path, sent.body, headers=dict(sent.headers), timeout=SECONDS
        )
        scene.expect(answer.status_code == 403, f"status {answer.status_code}: {answer.text[:200]}")
        allowed = answer.headers.get("access-control-allow-origin", "")
        scene.expect(not allowed, f"access-control-allow-origin: {allowed}")
        scene.expect(vpcs(own, endpoint) == before, "a VPC was created")
        scene.cli.family()
        scene.cli.press_ctrl_c()

    return inject


def vpcs(own: Credentials, endpoint: str) -> list[str]:
    body = "Action=DescribeVpcs&Version=2016-11-15"
    sent = signed(own, endpoint.removeprefix("http://"), body=body)
    answer = requests.post(endpoint, body, headers=dict(sent.headers), timeout=SECONDS)
    assert answer.status_code == 200, answer.text
    return re.findall("<vpcId>([^<]+)", answer.text)
