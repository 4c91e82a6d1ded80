"""Whose request it is: the client's address behind the proxies we trust."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

FORWARDING = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
)


def of(request: HttpRequest) -> str:
    """The client's address: the right-most one of X-Forwarded-For that is not a trusted proxy, or the peer's own.

    SECURITY: everything left of that hop is the client's own claim, and so is everything left of an unreadable one.
    """
    nearest = _read(request.META.get("REMOTE_ADDR", ""))
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if nearest is None or not _is_proxy(nearest) or (further := _read(hop)) is None:
            break
        nearest = further
    return str(nearest or "")


def trusted(address: str) -> bool:
    """Whether TRUSTED_PROXIES names the address or a network it is in."""
    found = _read(address)
    return found is not None and _is_proxy(found)


def forget_claims(request: HttpRequest) -> None:
    """Drop the forwarding headers of a request that did not come from a trusted proxy."""
    if not trusted(request.META.get("REMOTE_ADDR", "")):
        for header in FORWARDING:
            request.META.pop(header, None)


def _is_proxy(address: IPv4Address | IPv6Address) -> bool:
    return any(address in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, with or without a port; IPv4 within IPv6 as IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
