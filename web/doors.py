"""The policy marks of views: who may open a page at all. A view without a mark is refused (docs/decisions/doors.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import ResolverMatch
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Door:
    """Who may enter: everyone (`public`), whoever is signed in, or whoever has the permission as well."""

    permission: str | None = None
    public: bool = False

    def admits(self, user: Any) -> bool:
        return self.public or (user.is_authenticated and (self.permission is None or user.has_perm(self.permission)))


PUBLIC = Door(public=True)
SIGNED_IN = Door()


def door(mark: Door | str) -> Callable[[Callable], Callable]:
    """Mark a view: `@door("room.permission")`, `@door(SIGNED_IN)` or `@door(PUBLIC)`."""
    chosen = Door(permission=mark) if isinstance(mark, str) else mark

    def set_mark(view: Callable) -> Callable:
        view.door = chosen  # type: ignore[attr-defined]
        return view

    return set_mark


@cache
def library_doors() -> dict[str, Door]:
    """The marks of views that are not ours, by route name; a key that ends in ":" covers a namespace."""
    return import_string(settings.PORTAL_DOORS)


def mark_of(match: ResolverMatch) -> Door | None:
    """The mark of the view an address leads to, or None."""
    view = match.func
    own = getattr(view, "door", None) or getattr(getattr(view, "view_class", None), "door", None)
    if own is not None:
        return own
    namespaces = [f"{match.namespaces[0]}:"] if match.namespaces else []
    return next((library_doors()[name] for name in [match.view_name, *namespaces] if name in library_doors()), None)
