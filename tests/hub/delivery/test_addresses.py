"""The hub calls public https addresses and nothing that only looks like one."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.delivery.addresses import AddressRefused, check_address, check_url, parse_url

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:7f00:1::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456:789a::1",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "100::1",
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://partner.example/ocpi", "plain http"),
        ("https://user:pass@partner.example/", "user name"),
        ("https://user@partner.example/", "user name"),
        ("https://@127.0.0.1/", "not a public address"),
        ("https://partner.example@127.0.0.1/", "user name"),
        ("https://localhost/", "private network"),
        ("https://LOCALHOST./", "private network"),
        ("https://hub.localhost/", "private network"),
        ("https://printer.local/", "private network"),
        ("https://metadata.google.internal/computeMetadata/v1/", "private network"),
        ("https://127.0.0.1:27017/", "not a public address"),
        ("https://[::1]/", "not a public address"),
        ("https://[::ffff:127.0.0.1]/", "not a public address"),
        ("https://169.254.169.254/latest/meta-data/", "not a public address"),
        ("https://2130706433/", "unusual form"),
        ("https://0x7f000001/", "unusual form"),
        ("https://0x7f.0.0.1/", "unusual form"),
        ("https://0177.0.0.1/", "unusual form"),
        ("https://127.1/", "unusual form"),
        ("https://127.0.0.1./", "unusual form"),
        ("https://8.8.8.8.8/", "unusual form"),
        ("https://[fe80::1%25eth0]/", "one network interface"),
        ("file:///etc/passwd", "must be absolute"),
        ("gopher://partner.example/", "must be absolute"),
        ("unix:///var/run/docker.sock", "must be absolute"),
        ("ftp://partner.example/", "must be absolute"),
        ("//partner.example/", "must be absolute"),
        ("/ocpi/versions", "must be absolute"),
        ("partner.example", "must be absolute"),
        ("", "must be absolute"),
        ("https://", "cannot be read|must be absolute"),
        ("https:///ocpi", "cannot be read|must be absolute"),
        ("https://partner.example:0/", "port 0"),
        ("https://partner.example:99999/", "cannot be read"),
        ("https://partner.example:x/", "cannot be read"),
        ("https://[::1/", "cannot be read"),
        ("https://partner.example/a b", "percent-encoded"),
        ("https://partner.example/\r\nX-Evil: 1", "percent-encoded"),
        ("https://partner.example/\x00", "percent-encoded"),
        ("https://pärtner.example/", "percent-encoded"),
        ("https://１２７.0.0.1/", "percent-encoded"),
    ],
)
def test_what_is_refused_and_why(url: str, why: str) -> None:
    """D4, H4.03: plain http, user info, private and disguised addresses are refused, with a sentence that says why."""
    with pytest.raises(AddressRefused, match=why):
        check_url(url, allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://partner.example/ocpi/versions",
        "https://partner.example:8443/",
        "https://ocpi.partner.example./",
        "https://xn--prtner-bua.example/",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "https://localhost.partner.example/",
        "https://partner.example/a%2Fb?x=%C3%A9&y=a+b#part",
    ],
)
def test_what_is_allowed(url: str) -> None:
    """https to a public name or address, at any port."""
    check_url(url, allow_private=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://localhost/", "https://10.0.0.1/", "http://[::1]:1/"])
def test_a_test_network_may_be_private(url: str) -> None:
    """HUB_ALLOW_PRIVATE_URLS lifts http and private addresses."""
    check_url(url, allow_private=True)


@pytest.mark.parametrize("url", ["http://a:b@127.0.0.1/", "file:///etc/passwd", "http://127.0.0.1/\n", "nonsense"])
def test_even_a_test_network_needs_a_proper_url(url: str) -> None:
    """User info, other schemes and control characters stay refused."""
    with pytest.raises(AddressRefused):
        check_url(url, allow_private=True)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(address: str) -> None:
    """D4: private, loopback, link-local, shared, documentation, multicast and reserved, however wrapped."""
    with pytest.raises(AddressRefused):
        check_address(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    """Public IPv4 and IPv6, and IPv6 that wraps public IPv4."""
    check_address(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_however_it_is_wrapped(address: ipaddress.IPv4Address) -> None:
    """Mapped into IPv6, through NAT64 or 6to4: the IPv4 address inside decides."""
    plain = allowed(str(address))
    number = int(address)

    assert allowed(f"::ffff:{address}") == plain
    assert allowed(str(ipaddress.IPv6Address((0x64FF9B << 96) | number))) == plain
    if not plain:
        assert not allowed(str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1)))


@given(st.text(max_size=60))
def test_any_text_is_refused_or_parsed(text: str) -> None:
    """No text makes the check fail in another way, and what it allows is https to a host."""
    try:
        parsed = parse_url("https://" + text, allow_private=False)
    except AddressRefused:
        return
    assert parsed.scheme == "https"
    assert parsed.raw_host
    assert parsed.raw_user is None


@given(st.from_regex(r"/[a-zA-Z0-9/%_.~-]{0,40}(\?[a-zA-Z0-9=&%+_.:-]{0,40})?", fullmatch=True))
def test_path_and_query_stay_as_they_are(suffix: str) -> None:
    """H3.02: what was percent-encoded stays so, and what was not is not."""
    parsed = parse_url("https://partner.example" + suffix, allow_private=False)

    assert parsed.raw_path_qs == suffix.removesuffix("?") or parsed.raw_path_qs == suffix


def allowed(address: str) -> bool:
    """Tell whether the address passes."""
    try:
        check_address(address)
    except AddressRefused:
        return False
    return True
