"""The error pages: what happened, what to do next. They ask neither the database nor the session."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


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
    401: ErrorPage("You are signed out", "Your session has ended.", "Sign in again; nothing of the record was shown or saved."),
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
    409: ErrorPage("Someone else saved first", "This record has changed since you opened it.", "Open it again. Nothing was saved."),
    413: ErrorPage(
        "That is too much at once",
        "The file or the form is larger than the portal takes.",
        "Send a smaller file, or split it. Nothing was saved.",
    ),
    422: ErrorPage("This cannot be done as it stands", "A rule of the program says no.", "Go back and change it. Nothing was saved."),
    429: ErrorPage(
        "Too many attempts",
        "There were too many attempts in a short time.",
        "Wait a quarter of an hour and try again. Nothing was saved.",
    ),
    500: ErrorPage(
        "Something went wrong on our side",
        "The portal met a defect while it answered you.",
        "What you sent was probably not saved: look before you send it again. Tell the number below to whoever looks after the portal.",
    ),
    503: ErrorPage(
        "The portal cannot save or read just now",
        "The database does not answer, or its disk is full or locked.",
        "Nothing was saved and nothing is shown. Try again in a minute.",
    ),
}


def show(request: HttpRequest, status: int) -> HttpResponse:
    """One of the error pages, bare of anything that would need the database."""
    request.frame_is_bare = True  # type: ignore[attr-defined]
    html = render_to_string("web/error.html", {"error": PAGES[status], "status": status}, request=request)
    return HttpResponse(html, status=status)
