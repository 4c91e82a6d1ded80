from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import outside
from .forms import ActionBase


def page(
    request: HttpRequest, template: str, *, form: Any = None, status: int | None = None, **context: Any
) -> HttpResponse:
    """Render a page; 422 when its form was sent and not saved. Its forms get their one-time keys here."""
    for candidate in (form, *context.values()):
        if isinstance(candidate, ActionBase):
            candidate.issue_keys(by=request.user)
    if isinstance(form, BaseForm):
        outside.keep(request, [form])
    if status is None:
        status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page; going back it asks for the whole one."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks, or a script of a page, that would not read a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
