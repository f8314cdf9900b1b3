"""The connection to Temporal: address, namespace, keys and TLS from `temporalio.envconfig`."""

from __future__ import annotations

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import GrpcCompression


async def connect(*, lazy: bool = False, runtime: Runtime | None = None) -> Client:
    """A client for `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE` and the rest of the profile.

    Lazy, it connects at its first call: the API starts and takes orders while Temporal is away.
    Raises `RuntimeError` when the server does not answer.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    # What goes to and fro is small: to compress it cost the server a seventh of an update and saved nobody
    # a packet.
    return await Client.connect(**config, lazy=lazy, runtime=runtime, grpc_compression=GrpcCompression.NONE)


def measured(address: str) -> Runtime | None:
    """A runtime whose clients and workers serve their metrics to Prometheus on `address` (host:port);
    None, which is Temporal's own default, for an empty one. Raises `ValueError` when it cannot listen."""
    if not address:
        return None
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
