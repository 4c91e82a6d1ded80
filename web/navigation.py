"""The rail: which pages stand in it, and for whom."""

from dataclasses import dataclass
from functools import cache
from typing import Any

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


@cache
def items() -> list[Item]:
    return import_string(settings.PORTAL_NAVIGATION)


def shown_to(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries this user may open, the current one marked."""
    entries = [item for item in items() if item.permission is None or request.user.has_perm(item.permission)]
    urls = {item: reverse(item.route) for item in entries}
    inside = [url for url in urls.values() if request.path == url or (url != "/" and request.path.startswith(url))]
    here = max(inside, key=len, default=None)
    return [{"label": i.label, "url": urls[i], "icon": i.icon, "current": urls[i] == here} for i in entries]
