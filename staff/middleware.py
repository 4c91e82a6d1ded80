"""What stands between a session and every page: the lock after idle time, the absolute end, the second factor."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from web import errors
from web.doors import mark_of

from . import actions, kept, lifetime

Answer = Callable[[HttpRequest], HttpResponse]
OPEN_WHILE_LOCKED = {"session_unlock", "session_lock", "session_alive", "account_logout"}
FACTOR_PAGES = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "account_logout",
    "session_alive",
    "session_lock",
    "session_unlock",
}
SAFE = {"GET", "HEAD", "OPTIONS"}


class SessionLifetimeMiddleware:
    """Locks a session after idle time and ends it twelve hours after sign-in (R-64).

    SECURITY: to everything behind this middleware a locked session is a signed-out one; only the unlock page knows
    whose it is, by `request.locked_user`.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.locked_user = None  # type: ignore[attr-defined]
        request.session_over = False  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            self.judge(request, int(timezone.now().timestamp()))
        if request.locked_user and request.method in SAFE and not passes(request):  # type: ignore[attr-defined]
            return self.refused(request)
        response = self.get_response(request)
        kept.forget_if_sent(request, response)
        return response

    def judge(self, request: HttpRequest, now: int) -> None:
        """Decide whether this session is open, locked or over, and hide the user unless it is open."""
        session, user = request.session, request.user
        if not lifetime.has_begun(session):
            lifetime.begin(session, now)
        if lifetime.is_over(session, now):
            request.session_over = True  # type: ignore[attr-defined]
        elif lifetime.is_locked(session, now):
            actions.lock(session=session, user=user)  # type: ignore[arg-type]
        else:
            if not (request.htmx and request.method == "GET"):  # type: ignore[attr-defined]
                lifetime.touch(session, now)  # a part that refreshes itself is nobody's activity
            return
        request.locked_user, request.user = user, AnonymousUser()  # type: ignore[attr-defined]

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse what was sent, but only after the CSRF check, and keep what was typed."""
        user = request.locked_user  # type: ignore[attr-defined]
        if user is None:
            return None
        if passes(request):
            if request.resolver_match and request.resolver_match.view_name == "account_logout":
                request.user = user
            return None
        kept.keep_from(request, by=user)
        return self.refused(request)

    def refused(self, request: HttpRequest) -> HttpResponse:
        """Lead to the unlock page, or after the absolute end to the sign-in page."""
        back = request.get_full_path() if request.method == "GET" else settings.LOGIN_REDIRECT_URL
        if request.session_over:  # type: ignore[attr-defined]
            self.end(request)
            target = reverse("account_login")
        else:
            target = reverse("session_unlock")
        if request.htmx:  # type: ignore[attr-defined]
            return errors.show(request, 401)
        return redirect(f"{target}?{urlencode({'next': back})}")

    def end(self, request: HttpRequest) -> None:
        request.user = request.locked_user  # type: ignore[attr-defined]
        with transaction.atomic():
            logout(request)
            actions.note("session_ended", by=request.locked_user)  # type: ignore[attr-defined]
        messages.info(
            request, "You were signed out: a session ends twelve hours after sign-in. What you typed is kept."
        )


def passes(request: HttpRequest) -> bool:
    """Whether the address is one of those that a locked session still opens."""
    if request.session_over:  # type: ignore[attr-defined]
        return False
    try:
        return resolve(request.path_info).view_name in OPEN_WHILE_LOCKED
    except Resolver404:
        return False


class SecondFactorMiddleware:
    """Opens nothing but the pages that set up a second factor to a person who has none, where one is required."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.PORTAL_REQUIRE_MFA or not request.user.is_authenticated or request.resolver_match is None:
            return None
        mark = mark_of(request.resolver_match)
        if request.resolver_match.view_name in FACTOR_PAGES or (mark and mark.public) or has_factor(request.user):
            return None
        if request.htmx:  # type: ignore[attr-defined]
            return HttpResponseClientRedirect(reverse("mfa_index"))
        messages.warning(request, "Set up a second factor first; then the portal opens.")
        return redirect("mfa_index")


def has_factor(user: Any) -> bool:
    return is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
