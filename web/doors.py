"""The policy marks of views: who may open a page at all. A view without a mark is refused (docs/decisions/doors.md)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string
from django.views import View


@dataclass(frozen=True)
class Door:
    """Who may enter: everyone (`public`), whoever is signed in, or whoever has the permission as well."""

    permission: str | None = None
    public: bool = False

    def admits(self, user: Any) -> bool:
        return self.public or (user.is_authenticated and (self.permission is None or user.has_perm(self.permission)))


PUBLIC = Door(public=True)
SIGNED_IN = Door()


@dataclass(frozen=True)
class Route:
    """One address of the portal: its full name, its pattern from the root, its mark, and its methods where known."""

    name: str
    pattern: str
    door: Door | None
    methods: tuple[str, ...] | None


def door(mark: Door | str) -> Callable[[Callable], Callable]:
    """Mark a view: `@door("room.permission")`, `@door(SIGNED_IN)` or `@door(PUBLIC)`."""
    chosen = Door(permission=mark) if isinstance(mark, str) else mark

    def set_mark(view: Callable) -> Callable:
        view.door = chosen  # type: ignore[attr-defined]
        return view

    return set_mark


def mark_of(place: ResolverMatch | URLPattern) -> Door | None:
    """The mark of the view that an address or a pattern leads to, or None.

    A pattern does not know the namespace it is included in: for views of libraries ask with the match.
    """
    if isinstance(place, URLPattern):
        return _mark(place.callback, place.name or "", [])
    return _mark(place.func, place.view_name, place.namespaces)


def every_route(urlconf: str | None = None) -> Iterator[Route]:
    """Every address under `urlconf` (default: the portal's own), in the order in which they are tried."""
    yield from _routes(get_resolver(urlconf).url_patterns, "", [])


def _routes(patterns: list[URLPattern | URLResolver], prefix: str, namespaces: list[str]) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = [*namespaces, pattern.namespace] if pattern.namespace else namespaces
            yield from _routes(pattern.url_patterns, path, inner)
        else:
            name = ":".join([*namespaces, pattern.name or pattern.lookup_str])
            yield Route(name, path, _mark(pattern.callback, name, namespaces), _methods(pattern.callback))


def _mark(view: Callable, name: str, namespaces: list[str]) -> Door | None:
    """The view's own mark, else the one in the table of libraries, by name and then by the innermost namespace."""
    inner: Any = view
    while inner is not None:
        for holder in (inner, getattr(inner, "view_class", None)):
            if isinstance(own := getattr(holder, "door", None), Door):
                return own
        inner = getattr(inner, "__wrapped__", None)
    table: dict[str, Door] = import_string(settings.PORTAL_DOORS)
    covering = [":".join(namespaces[:depth]) + ":" for depth in range(len(namespaces), 0, -1)]
    return next((table[key] for key in [name, *covering] if key in table), None)


def _methods(view: Callable) -> tuple[str, ...] | None:
    """The methods of a class-based view; a function does not say."""
    view_class: type[View] | None = getattr(view, "view_class", None)
    if view_class is None:
        return None
    return tuple(name.upper() for name in view_class.http_method_names if hasattr(view_class, name))
