"""Every setting of the hub: read once, frozen, from the environment (prefix HUB_) or a .env file."""

from pathlib import Path
from typing import Literal, Self

from pydantic import AnyHttpUrl, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.limits import read_networks
from hub.standing import Require
from hub.wire.interface import TimeoutClass
from hub.wire.party import Party


class Settings(BaseSettings):
    """The hub's configuration; every field says its unit."""

    model_config = SettingsConfigDict(
        env_prefix="HUB_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    public_url: str = Field("http://127.0.0.1:8000", description="Where partners reach this hub, without /ocpi.")
    country_code: str = Field("NL", description="country_code of the hub's own party.")
    party_id: str = Field("HUB", description="party_id of the hub's own party.")
    name: str = Field("OCPI hub", description="business_details.name in the hub's credentials.")
    data_dir: Path = Field(
        Path("~/.local/share/ocpi-hub"), description="Private mongod, server key and the address for hubctl."
    )
    mongodb_url: str = Field(
        "", repr=False, description="A replica set; empty starts a private mongod in the data directory."
    )
    mongodb_database: str = Field("ocpi_hub", description="Name of the database.")
    mongo_driver: Literal["pymongo", "motor"] = Field("pymongo", description="MongoDB driver.")
    mongod: str = Field("", description="Path of the mongod binary for the private mongod.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="At least 32 characters; empty keeps a random one in the data directory, mode 0600."
    )
    secret_keys_other: SecretStr = Field(
        SecretStr(""),
        description="With the key above: more keys that are accepted, divided by commas, while it is being changed.",
    )
    tls_certificate_file: Path | None = Field(
        None, description="PEM of the hub's certificate and its chain; with it the hub serves https and no http."
    )
    tls_key_file: Path | None = Field(None, description="PEM of that certificate's key, without a passphrase.")
    client_certificate_file: Path | None = Field(
        None, description="PEM of the certificate that the hub shows to partners that ask for one."
    )
    client_key_file: Path | None = Field(None, description="PEM of that certificate's key, without a passphrase.")
    trusted_proxies: str = Field(
        "", description="Networks of proxies whose X-Forwarded-For counts, such as 10.0.0.0/8, divided by commas."
    )
    requests_per_platform_per_s: float = Field(
        1000.0, ge=0, description="Requests a second from one platform, in each process; twice as many at once; 0: any."
    )
    failed_authentications_per_min: float = Field(
        20.0, gt=0, description="Requests a minute without a good token from one address, before they get HTTP 429."
    )
    allow_private_urls: bool = Field(False, description="Let partners give http and private addresses (test networks).")
    workers: int = Field(1, ge=1, le=64, description="Processes that share the port.")
    admin_host: str = Field("127.0.0.1", description="Address at which the admin API and the operations page listen.")
    admin_port: int = Field(8001, ge=0, le=65535, description="Port of the admin API and the page; 0 takes a free one.")
    forward_timeout_s: float | None = Field(
        None, gt=0, le=300, description="Seconds for a forward, for all classes at once."
    )
    forward_timeout_authorize_s: float = Field(5.0, gt=0, le=300, description="Seconds for a token authorization.")
    forward_timeout_command_s: float = Field(15.0, gt=0, le=300, description="Seconds for commands, charging profiles.")
    forward_timeout_other_s: float = Field(30.0, gt=0, le=300, description="Seconds for every other forward.")
    registration_timeout_s: float = Field(10.0, gt=0, le=60, description="Seconds for each call of a handshake.")
    header_timeout_s: float = Field(
        10.0, gt=0, le=300, description="Seconds for the header of a request to arrive, from its first byte."
    )
    read_timeout_s: float = Field(30.0, gt=0, le=300, description="Seconds for a request to arrive whole.")
    page_size_max: int = Field(500, ge=1, le=5000, description="Objects on a page of GET All.")
    forwards_per_platform_max: int = Field(64, ge=1, description="Forwards under way at once to one platform.")
    deliveries_per_platform_max: int = Field(
        8, ge=1, description="Broadcast deliveries under way at once to a platform."
    )
    catch_up_per_s: float = Field(100.0, gt=0, description="Objects a second to a receiver that was away.")
    silence_before_check_s: float = Field(300.0, gt=0, description="Seconds of silence before a still-alive check.")
    probe_first_s: float = Field(1.0, gt=0, description="First wait before probing an OFFLINE platform.")
    probe_max_s: float = Field(60.0, gt=0, description="Longest wait between two probes.")
    failures_before_offline: int = Field(2, ge=1, description="Connection failures in a row that make OFFLINE.")
    rotation_grace_s: float = Field(
        600.0, ge=0, le=600, description="Longest life of a token that a rotation replaced."
    )
    require_verdict: Require = Field(
        Require.WARN, description="What becomes of modules that are not verified: off, warn or enforce."
    )
    verdict_days: float = Field(30.0, gt=0, description="Days that a verdict of the contract suite counts.")
    verdict_grace_days: float = Field(14.0, ge=0, description="Days that a module which was verified has to get well.")
    verify_hour_utc: int = Field(2, ge=0, le=23, description="Hour of the nightly verification, in UTC.")
    verify_jitter_h: float = Field(2.0, ge=0, le=12, description="Hours around it over which partners are spread.")
    verify_soon_s: float = Field(60.0, ge=0, description="Seconds between a registration and its verification.")
    apps_requests_per_s: float = Field(50.0, gt=0, description="Requests a second of one app, in each process.")
    apps_streams_per_app_max: int = Field(
        100, ge=1, description="Streams that one app has open at once, in each process."
    )
    apps_streams_max: int = Field(
        2000, ge=1, le=5000, description="Streams of all apps that a process has open at once."
    )
    apps_heartbeat_s: float = Field(
        15.0, gt=0, le=300, description="Seconds of silence before a stream says that it lives."
    )
    pull_after_h: float = Field(
        24.0, ge=0, description="Hours without a push after which an operator's locations are pulled; 0 never pulls."
    )
    pull_every_s: float = Field(300.0, gt=0, description="Seconds between two pulls of what changed at one partner.")
    pull_full_every_h: float = Field(24.0, gt=0, description="Hours between two pulls of everything.")
    trace_days: float = Field(30.0, gt=0, description="Days that traced legs are kept.")
    otlp_endpoint: str = Field(
        "",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="Base URL of an OpenTelemetry receiver (OTLP over HTTP) for a span of each leg; empty sends none.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if AnyHttpUrl(self.public_url).query or self.public_url.rstrip("/").endswith("/ocpi"):
            raise ValueError("HUB_PUBLIC_URL is the address before /ocpi, without a query")
        Party.of(self.country_code, self.party_id)
        if (key := self.secret_key.get_secret_value()) and len(key) < 32:
            raise ValueError("HUB_SECRET_KEY needs at least 32 characters")
        others = [one for one in self.secret_keys_other.get_secret_value().split(",") if one]
        if others and (not key or min(map(len, others)) < 32 or "," in key):
            raise ValueError("HUB_SECRET_KEYS_OTHER needs HUB_SECRET_KEY, and keys of 32 characters without a comma")
        if (self.tls_certificate_file is None) is not (self.tls_key_file is None):
            raise ValueError("HUB_TLS_CERTIFICATE_FILE and HUB_TLS_KEY_FILE go together")
        if (self.client_certificate_file is None) is not (self.client_key_file is None):
            raise ValueError("HUB_CLIENT_CERTIFICATE_FILE and HUB_CLIENT_KEY_FILE go together")
        read_networks(self.trusted_proxies)
        return self

    @property
    def party(self) -> Party:
        """The hub's own party: what TO = hub means."""
        return Party.of(self.country_code, self.party_id)

    @property
    def listens_with_tls(self) -> bool:
        """The hub ends TLS itself."""
        return self.tls_certificate_file is not None

    @property
    def ocpi_url(self) -> str:
        """Base of all OCPI URLs, without a trailing slash."""
        return self.public_url.rstrip("/") + "/ocpi"

    @property
    def data_path(self) -> Path:
        """The data directory with ~ resolved."""
        return self.data_dir.expanduser()

    def timeout_s(self, kind: TimeoutClass) -> float:
        """Seconds that a forward of this class may take."""
        if self.forward_timeout_s is not None:
            return self.forward_timeout_s
        classes = {
            TimeoutClass.AUTHORIZE: self.forward_timeout_authorize_s,
            TimeoutClass.COMMAND: self.forward_timeout_command_s,
            TimeoutClass.OTHER: self.forward_timeout_other_s,
        }
        return classes[kind]
