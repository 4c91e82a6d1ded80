"""Whose request it is: the client's address behind the proxies we trust."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def of(request: HttpRequest) -> str:
    """The client's address: the right-most one of X-Forwarded-For that is not a trusted proxy, or the peer's own."""
    peer = request.META.get("REMOTE_ADDR", "")
    if not trusted(peer):
        return peer
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return next((hop for hop in reversed(hops) if _is_address(hop) and not trusted(hop)), peer)


def trusted(address: str) -> bool:
    """Whether TRUSTED_PROXIES names the address or a network it is in."""
    return _is_address(address) and any(
        ip_address(address) in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
