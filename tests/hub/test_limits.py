"""Token buckets in bounded memory, and whose address a request comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.limits import Rates, client_address, read_networks, source

PROXIES = read_networks("10.0.0.0/8, ::1")


@given(
    per_s=st.floats(0.1, 100),
    burst=st.integers(1, 50),
    pauses=st.lists(st.floats(0, 2), max_size=200),
)
def test_nobody_gets_more_than_the_rate_and_the_burst(per_s: float, burst: int, pauses: list[float]) -> None:
    """Whenever somebody asks: at most `burst` plus `per_s` for each second that passed."""
    rates, now_s, taken = Rates(per_s, burst), 0.0, 0
    for pause_s in pauses:
        now_s += pause_s
        taken += rates.take("a", now_s) == 0

    assert taken <= burst + per_s * now_s + 1e-6


@given(per_s=st.floats(0.1, 100), burst=st.integers(1, 20))
def test_whoever_waits_as_long_as_is_said_comes_in(per_s: float, burst: int) -> None:
    """The wait is exact: Retry-After is a promise."""
    rates = Rates(per_s, burst)
    for _ in range(burst):
        assert rates.take("a", 0.0) == 0

    wait_s = rates.take("a", 0.0)

    assert 0 < wait_s <= 1 / per_s + 1e-9
    assert rates.wait_s("a", wait_s + 1e-9) == 0
    assert rates.take("a", wait_s + 1e-9) == 0


def test_one_key_says_nothing_about_another() -> None:
    """A flood of one leaves the others their whole burst."""
    rates = Rates(1, 2)
    for _ in range(100):
        rates.take("a", 0.0)

    assert [rates.take("b", 0.0) == 0 for _ in range(3)] == [True, True, False]


def test_memory_is_bounded() -> None:
    """However many ask; who asked last is known best."""
    rates = Rates(1, 1, keys_max=100)
    for number in range(10_000):
        rates.take(str(number), 0.0)

    assert len(rates) == 100
    assert rates.take("9999", 0.0) > 0


def test_zero_is_no_limit() -> None:
    """And nothing is remembered for it."""
    rates = Rates(0, 0)

    assert {rates.take("a", 0.0) for _ in range(1000)} == {0.0}
    assert len(rates) == 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_what_counts_as_one_source(address: str, counted: str) -> None:
    """An IPv4 address; the network of an IPv6 one, in which one subscriber has them all."""
    assert source(address) == counted


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["203.0.113.9", "198.51.100.1, 10.2.3.4"], "198.51.100.1"),
        ("::1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["<script>"], "10.0.0.1"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_only_trusted_proxies_say_who_called_them(peer: str, forwarded_for: list[str], client: str) -> None:
    """X-Forwarded-For of anybody else is made up; of several addresses the last one that no proxy of ours added."""
    assert client_address(peer, forwarded_for, PROXIES) == client


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_no_text_breaks_it(peer: str, forwarded_for: list[str]) -> None:
    """Whatever the header says."""
    assert isinstance(client_address(peer, forwarded_for, PROXIES), str)


def test_without_trusted_proxies_the_peer_counts() -> None:
    """The default: a header changes nothing."""
    assert client_address("10.0.0.1", ["198.51.100.1"], ()) == "10.0.0.1"


@pytest.mark.parametrize("written", ["10.0.0.0/8,x", "10.0.0.0/33"])
def test_what_is_no_network_is_refused(written: str) -> None:
    """At the start, not at the first request."""
    with pytest.raises(ValueError, match="not appear to be"):
        read_networks(written)
