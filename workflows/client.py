"""The connection to Temporal: address, namespace, keys and TLS from `temporalio.envconfig`."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.envconfig import ClientConfig


async def connect(*, lazy: bool = False) -> Client:
    """A client for `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE` and the rest of the profile.

    Lazy, it connects at its first call: the API starts and takes orders while Temporal is away.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    return await Client.connect(**config, lazy=lazy)
