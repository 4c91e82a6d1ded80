from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page(
    request: HttpRequest, template: str, *, form: Any = None, status: int | None = None, **context: Any
) -> HttpResponse:
    """Render a page; 422 when its form was sent and not saved."""
    if status is None:
        status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
