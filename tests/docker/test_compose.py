"""The compose file and the proxy's configuration: every name in them leads somewhere."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

import modules
from docs import ROOT
from hub.config import Settings

FOLDER = ROOT / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
HUBS = {name: one for name, one in SERVICES.items() if one["image"] == "ocpi-hub"}
MONGODS = {name: one for name, one in SERVICES.items() if one["image"].startswith("mongo:")}
NGINX = (FOLDER / "nginx.conf").read_text()


def _directive(name: str) -> list[str]:
    return re.findall(rf"^\s*{name}\s+([^;{{]+);", NGINX, re.MULTILINE)


def _seconds(name: str) -> list[float]:
    return [float(value.removesuffix("s")) for value in _directive(name)]


def test_two_hubs_and_a_replica_set_of_three() -> None:
    """One hub, or one mongod, may be away."""
    assert len(HUBS) == 2
    assert len(MONGODS) == 3
    assert {one["image"] for one in MONGODS.values()} == {"mongo:8.0"}


def test_the_image_is_built_from_files_that_exist() -> None:
    """Context and Dockerfile are in the repository."""
    for hub in HUBS.values():
        context = (FOLDER / hub["build"]["context"]).resolve()

        assert context == ROOT
        assert (context / hub["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("kind", ["networks", "volumes"])
def test_networks_and_volumes_are_declared(kind: str) -> None:
    """What a service uses is declared below or, for a mounted file, in the repository."""
    for service in SERVICES.values():
        for used in service.get(kind, []):
            source = used.partition(":")[0]
            assert source in COMPOSE[kind] or (FOLDER / source).is_file(), used


def test_services_wait_for_what_is_healthy() -> None:
    """Whoever is waited for exists, and has a health check when it must be healthy (the hubs' is in their image)."""
    for service in SERVICES.values():
        waits = service.get("depends_on", {})
        assert set(waits) <= set(SERVICES)
        for name, how in waits.items() if isinstance(waits, dict) else []:
            assert how == {"condition": "service_healthy"}
            assert name in HUBS or "healthcheck" in SERVICES[name]


def test_the_database_url_names_every_member_and_the_set() -> None:
    """Members and set in the URL, in the mongods' command and in the health check that makes the set are the same."""
    for hub in HUBS.values():
        url = urlsplit(hub["environment"]["HUB_MONGODB_URL"])
        members = url.netloc.split(",")
        name = parse_qs(url.query)["replicaSet"][0]
        first = MONGODS[members[0].partition(":")[0]]
        initiation = first["healthcheck"]["test"][-1]

        assert [member.partition(":")[0] for member in members] == list(MONGODS)
        assert re.findall(r'host: "([^"]+)"', initiation) == members
        assert f'_id: "{name}"' in initiation
        assert {tuple(one["command"][:3]) for one in MONGODS.values()} == {("mongod", "--replSet", name)}


def test_nobody_starts_with_a_secret_from_a_file_in_the_repository() -> None:
    """The key and the public address must be given; nothing stands in for them."""
    for hub in HUBS.values():
        for name in ("HUB_SECRET_KEY", "HUB_PUBLIC_URL"):
            assert hub["environment"][name].startswith(f"${{{name}:?")


def test_what_has_a_default_is_a_valid_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the two that must be given, the hub accepts the environment that the file makes."""
    environment = next(iter(HUBS.values()))["environment"]
    given = {"HUB_SECRET_KEY": "k" * 32, "HUB_PUBLIC_URL": "https://hub.example"}
    for name, value in environment.items():
        monkeypatch.setenv(name, given.get(name) or re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value))

    settings = Settings(_env_file=None)

    assert settings.ocpi_url == "https://hub.example/ocpi"


def test_the_database_is_out_of_reach_for_strangers() -> None:
    """Only the hubs and the mongods are on its network, which leads nowhere else; one port is open to the outside."""
    assert COMPOSE["networks"]["store"] == {"internal": True}
    assert {name for name, one in SERVICES.items() if "store" in one["networks"]} == HUBS.keys() | MONGODS.keys()
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]


def test_the_proxy_knows_the_hubs_by_the_port_that_they_serve() -> None:
    """Its upstreams are the hubs, and it listens where the compose file says."""
    dockerfile = (FOLDER / "Dockerfile").read_text()
    port = re.findall(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE)[0]

    assert set(_directive("server")) == {f"{name}:{port}" for name in HUBS}
    assert SERVICES["proxy"]["ports"] == [f"{listened}:{listened}" for listened in _directive("listen")]


def test_the_proxy_forwards_the_host_and_never_sends_twice() -> None:
    """A request that one hub may have acted on is not given to the other."""
    assert _directive("proxy_next_upstream") == ["off"]
    assert set(_directive("proxy_set_header Host")) == {"$http_host"}


def test_the_proxy_waits_longer_than_the_hub() -> None:
    """The hub is the first to give up on a partner, the proxy on an idle connection; slow senders are let go."""
    settings = Settings(_env_file=None)
    longest = max(field for name, field in settings if name.startswith("forward_timeout") and field)

    assert min(_seconds("proxy_read_timeout")) > longest
    assert min(_seconds("keepalive_timeout")) < settings.read_timeout_s
    assert max(_seconds("client_header_timeout") + _seconds("client_body_timeout")) <= 60


def test_the_proxy_lets_through_what_the_hub_would_refuse_better() -> None:
    """Its body limit is above that of every module."""
    limit = int(_directive("client_max_body_size")[0].removesuffix("m")) * 1024 * 1024

    assert limit > max(one.body_limit_bytes for one in modules.ALL)


def test_the_admin_api_is_not_for_partners() -> None:
    """The proxy passes OCPI, the apps' API, its pages and the health check, and nothing else."""
    passed = re.findall(r"location (?:= )?(/\S*) \{\s+proxy_pass", NGINX)

    assert passed == ["/ocpi/", "/apps/v1/", "/docs/", "/health"]
