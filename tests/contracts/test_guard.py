"""Where the runner may connect."""

import asyncio
import socket
import threading

import pytest

from contracts import guard
from contracts.outcomes import CheckFailed


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_a_public_address(address: str) -> None:
    """The internet."""
    assert guard.is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_an_address_that_is_not_public(address: str) -> None:
    """Private, loopback, link-local, metadata, multicast, and each of them inside an IPv6 address."""
    assert not guard.is_public(address)


@pytest.mark.parametrize("url", ["http://93.184.216.34/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/"])
async def test_public_addresses_alone(url: str) -> None:
    """With public_only: https, and no address inside a network."""
    with pytest.raises(CheckFailed):
        await guard.places(url, public_only=True)


async def test_the_addresses_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address once, the private ones left out when they are not allowed, a few at most."""
    found = ["10.0.0.1", "93.184.216.34", "93.184.216.34", *(f"93.184.216.{number}" for number in range(40, 50))]
    listed = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: listed)

    host, public = await guard.places("https://cpo.example/versions", public_only=True)
    _, everything = await guard.places("https://cpo.example/versions", public_only=False)

    assert host == "cpo.example"
    assert public[0] == "93.184.216.34"
    assert everything[:2] == ["10.0.0.1", "93.184.216.34"]
    assert len(public) == len(everything) == guard.ADDRESSES_MAX


@pytest.mark.parametrize("fault", [socket.gaierror("no such name"), UnicodeError("label too long"), ValueError("null")])
async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    """A failed check, whatever the look-up raises."""

    def fails(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(socket, "getaddrinfo", fails)

    with pytest.raises(CheckFailed, match="cannot be resolved"):
        await guard.places("https://cpo.example/", public_only=False)


def test_a_silent_name_server_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up that never ends is left behind: neither the call nor the end of the program waits for it."""
    asked, release = threading.Event(), threading.Event()

    def hangs(*_: object, **__: object) -> list[object]:
        asked.set()
        release.wait(20)
        return []

    async def look_up() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await guard.places("https://cpo.example/", public_only=False)

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    asyncio.run(look_up())

    assert asked.is_set()
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "look-up")
    release.set()
