"""What each exception is answered with. Only here are exceptions and status codes matched."""

from typing import cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import DataError, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url

from audit.actions import record_read

from . import errors
from .refusals import AlreadyDone, Refusal, Stale

UNAVAILABLE = (OperationalError, InternalError, InterfaceError)


def to(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """The answer to an exception of a view, or None for a defect (500)."""
    match exception:
        case Refusal():
            return refused(request, exception)
        case Stale():
            return render(request, "web/stale.html", {"stale": exception}, status=409)
        case AlreadyDone():
            return HttpResponseRedirect(exception.url, status=303)
        case OverflowError() | DataError():
            return errors.show(request, 400)
        case ValueError() if "NUL" in str(exception):
            return errors.show(request, 400)
        case _ if isinstance(exception, UNAVAILABLE):
            return errors.show(request, 503)
    return None


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal that no form has caught; the audit trail keeps that it was tried."""
    record_read(action="refused", by=request.user, outcome="refused", content={"code": refusal.code, "rule": refusal.rule})
    template = "web/_refused.html" if request.headers.get("HX-Request") else "web/refused.html"
    return render(request, template, {"refusal": refusal}, status=422)


def signed_out(request: HttpRequest) -> HttpResponse:
    """401 to a fragment; for a page the way to the sign-in, and back to where a GET was going."""
    if request.headers.get("HX-Request"):
        return errors.show(request, 401)
    if request.method in {"GET", "HEAD"}:
        return cast(HttpResponse, redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL)))
    return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
