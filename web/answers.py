"""What each exception is answered with. Only here are exceptions and status codes matched."""

import logging
from typing import cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, DataError, InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url

from . import errors, pages, trail
from .refusals import AlreadyDone, Refusal, Stale
from .stale import both_texts

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
IMPOSSIBLE = (OverflowError, DataError)
ROW = {"id", "pk"}  # how the last word of an argument is called that says which row
UNAVAILABLE = (OperationalError, InternalError, InterfaceError)

logger = logging.getLogger(__name__)


def to(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """The answer to an exception of a view, or None for a defect (500)."""
    match exception:
        case Refusal():
            return refused(request, exception)
        case Stale():
            return stale(request, exception)
        case AlreadyDone():
            return HttpResponseRedirect(exception.url, status=303)
        case PermissionDenied() | Http404():
            closed(request, exception)
            return None
    status = status_of(exception)
    if status is None:
        return None
    logger.warning("Answered %s", status, exc_info=exception)
    return errors.show(request, status)


def status_of(exception: BaseException | None) -> int | None:
    """The status that says what an exception means to who sent the request: 400, 413 or 503; None for a defect."""
    if isinstance(exception, TOO_MUCH):
        return 413
    if isinstance(exception, IMPOSSIBLE) or (isinstance(exception, ValueError) and "NUL" in str(exception)):
        return 400
    while exception is not None:  # a session that cannot be saved says so by another name
        if isinstance(exception, UNAVAILABLE) or type(exception) is DatabaseError:  # the bare class: a damaged file
            return 503
        exception = exception.__cause__ or exception.__context__
    return None


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal that no form has caught; the audit trail keeps that it was tried."""
    trail.refused(refusal, by=request.user)
    template = "components/_refusal.html" if pages.is_fragment(request) else "web/refused.html"
    return render(request, template, {"refusal": refusal}, status=422)


def closed(request: HttpRequest, denied: PermissionDenied | Http404) -> None:
    """Django's own answer (403, 404); the audit trail keeps which door it was, by the exception's name for it if any.

    A row that is not in reach and one that is not there are answered, and kept, alike.
    """
    match = request.resolver_match
    if isinstance(denied, PermissionDenied):
        trail.closed_door(str(denied) or (match.view_name if match else ""), by=request.user)
    elif match and request.user.is_authenticated and ROW & {name.rpartition("_")[2] for name in match.kwargs}:
        trail.out_of_reach(match.view_name, by=request.user)


def stale(request: HttpRequest, stale: Stale) -> HttpResponse:
    """Both texts side by side, and what was typed in a form that can be sent again over the newer version."""
    template = "web/_stale.html" if pages.is_fragment(request) else "web/stale.html"
    return render(request, template, both_texts(request, stale), status=409)


def signed_out(request: HttpRequest) -> HttpResponse:
    """401 to a fragment or a program; for a page the way to the sign-in, and back to where a GET was going."""
    if pages.is_fragment(request) or pages.wants_json(request):
        return errors.show(request, 401)
    if request.method in {"GET", "HEAD"}:
        return cast("HttpResponse", redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL)))
    return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
