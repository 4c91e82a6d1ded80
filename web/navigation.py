"""The rail: which pages stand in it, and for whom."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Item:
    """One entry: the words, the route's name, a glyph of the sprite, and the permission to see it (None: everyone)."""

    label: str
    route: str
    icon: str
    permission: str | None = None


@dataclass(frozen=True)
class Entry:
    """An item as one person sees it on one page."""

    label: str
    url: str
    icon: str
    current: bool


def shown_to(request: HttpRequest) -> list[Entry]:
    """The entries this user may open, the one that the page stands under marked; none for who is signed out."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    items: list[Item] = import_string(settings.PORTAL_NAVIGATION)
    found = [(item, reverse(item.route)) for item in items if item.permission is None or user.has_perm(item.permission)]
    around = [url for _, url in found if request.path == url or (url != "/" and request.path.startswith(url))]
    here = max(around, key=len, default=None)
    return [Entry(item.label, url, item.icon, url == here) for item, url in found]
