"""The error pages: what happened, what to do next, and the request's number.

They are drawn without the request, so that nothing in them asks the session or the database. A signed-in person keeps
the navigation on the pages of FRAMED, unless even that cannot be read.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone

from audit.context import current

from . import navigation, pages

FRAMED = {403, 404, 429}


@dataclass(frozen=True)
class ErrorPage:
    title: str
    happened: str
    next: str


PAGES = {
    400: ErrorPage(
        "This request cannot be read",
        "Something in the address or in what was sent is not possible, such as a number that is far too large.",
        "Go back, check what you typed, and send it again. Nothing was saved.",
    ),
    401: ErrorPage("You are signed out", "Your session has ended.", "Sign in again. Nothing was shown or saved."),
    403: ErrorPage(
        "Your role does not open this page",
        "The page is for people who do another job here.",
        "If you need it for your work, ask your clinical director.",
    ),
    404: ErrorPage(
        "We cannot show you this page",
        "The address may be mistyped, the record may have moved, or it belongs to a program you do not work in. "
        "We do not say which, to protect patients.",
        "Check the address, or start again from the first page.",
    ),
    409: ErrorPage(
        "Someone else saved first", "This record has changed since you opened it.", "Open it again. Nothing was saved."
    ),
    413: ErrorPage(
        "That is too much at once",
        "The file or the form is larger than the portal takes.",
        "Send a smaller file, or split it. Nothing was saved.",
    ),
    422: ErrorPage(
        "This cannot be done as it stands",
        "A rule of the program says no.",
        "Go back and change it. Nothing was saved.",
    ),
    429: ErrorPage(
        "Too many attempts",
        "There were too many attempts in a short time.",
        "Wait a quarter of an hour and try again. Nothing was saved.",
    ),
    500: ErrorPage(
        "Something went wrong on our side",
        "The portal met a defect while it answered you.",
        "What you sent was probably not saved: look before you send it again.",
    ),
    503: ErrorPage(
        "The portal cannot save or read just now",
        "The database does not answer, or its disk is full or locked.",
        "Nothing was saved. Try again in a minute; if it stays like this, tell whoever looks after the portal.",
    ),
}
FORM_TOO_OLD = ErrorPage(
    "This form could not be trusted",
    "The page was open for long, was opened before you signed in, or its cookie was blocked.",
    "Go back, open the page again, and send it from there. Nothing was saved.",
)


def show(request: HttpRequest, status: int, *, words: ErrorPage | None = None) -> HttpResponse:
    """One of the error pages, as a page, as a part of one (htmx), or for a program."""
    words = words or PAGES[status]
    if pages.wants_json(request):
        return JsonResponse({"error": words.title, "next": words.next, "request": current().request_id}, status=status)
    context = {"error": words, "status": status, "home": settings.LOGIN_REDIRECT_URL}
    if status != HTTPStatus.NOT_FOUND:  # its bytes are the same for what is out of scope and for what does not exist
        context |= {"request_id": current().request_id, "at": timezone.now()}
    if pages.is_fragment(request):
        return HttpResponse(render_to_string("web/_error.html", context), status=status)
    return HttpResponse(render_to_string("web/error.html", context | _frame(request, status)), status=status)


def _frame(request: HttpRequest, status: int) -> dict[str, Any]:
    """The frame around an error: the portal's own for who is signed in, else the one of the sign-in page."""
    if status in FRAMED:
        try:
            if request.user.is_authenticated:
                return {"frame": "base.html", "demo": settings.DEMO, "navigation": navigation.shown_to(request)}
        except (Error, AttributeError):  # the database is away, or the error came before anyone was recognized
            pass
    return {"frame": "entry.html", "demo": settings.DEMO}
