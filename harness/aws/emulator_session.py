"""AWS sessions of an emulator, isolated from the user's AWS configuration."""

from functools import cache
from typing import Any

import boto3
import botocore.config
import botocore.loaders
import botocore.session

_CONFIG = botocore.config.Config(
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "max_attempts": 2},
    s3={"addressing_style": "path"},
    # The user's settings for AWS itself, such as a proxy, do not apply to loopback.
    proxies={},
    use_fips_endpoint=False,
    use_dualstack_endpoint=False,
)
# No profile or configuration file of the user must get into an emulator's session: the
# credentials in them are real.
_ISOLATED = {
    "profile": (None, None, None, None),
    "config_file": (None, None, "/dev/null", None),
    "credentials_file": (None, None, "/dev/null", None),
}


@cache
def _loader() -> Any:
    """Return the shared loader of service models: reading one takes a tenth of a second."""
    return botocore.loaders.create_loader()


class EmulatorSession(boto3.Session):
    """A boto3 session whose clients send everything to one endpoint.

    Args:
        access_key: Access key; emulators use a 12-digit one as the account id.
        secret_key: Its secret; LocalStack accepts any.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        region: str,
        access_key: str = "test",
        secret_key: str = "test",  # noqa: S107 -- LocalStack accepts any
    ) -> None:
        loader = _loader()
        isolated = botocore.session.Session(session_vars=_ISOLATED)
        isolated.register_component("data_loader", loader)
        super().__init__(
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            region_name=region,
            botocore_session=isolated,
        )
        # Each boto3 session adds the folder of its own models once more.
        loader.search_paths[:] = dict.fromkeys(loader.search_paths)
        self._endpoint = endpoint

    def client(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
        """Create a client, as boto3 does, of the emulator; also for ``resource``."""
        given = kwargs.get("config")
        kwargs["config"] = _CONFIG.merge(given) if given else _CONFIG
        kwargs["endpoint_url"] = kwargs.get("endpoint_url") or self._endpoint
        client: Any = super().client
        return client(service_name, *args, **kwargs)
