import pytest

from web import addresses


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        ("10.0.0.1", "[2001:db8::9]:4711", "2001:db8::9"),
        ("::ffff:10.0.0.1", "2001:db8::9", "2001:db8::9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("", "198.51.100.7", ""),
    ],
)
def test_the_client_is_the_right_most_address_that_is_no_proxy_of_ours(rf, settings, peer, forwarded, client):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    request = rf.get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded} if forwarded else {})
    assert addresses.of(request) == client


def test_claims_of_a_stranger_are_forgotten(rf, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    for peer, kept in [("203.0.113.9", False), ("10.0.0.1", True)]:
        request = rf.get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "x"})
        addresses.forget_claims(request)
        assert ["X-Forwarded-Proto" in request.headers, "X-Forwarded-Host" in request.headers] == [kept, kept]
