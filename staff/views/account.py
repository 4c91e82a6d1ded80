"""One's own account, and the link that opens it."""

from typing import cast

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from staff import actions, kept
from staff.forms import NewPasswordForm
from staff.models import Invitation, User
from web.doors import PUBLIC, SIGNED_IN, door
from web.pages import page


@door(SIGNED_IN)
def account(request: HttpRequest) -> HttpResponse:
    """Who I am, what I may sign in with, and where I am signed in."""
    factors = Authenticator.objects.filter(user=request.user.pk).order_by("pk")
    return page(
        request,
        "staff/account.html",
        roles=request.user.roles,  # type: ignore[union-attr]
        app=next((factor for factor in factors if factor.type == Authenticator.Type.TOTP), None),
        codes=next((factor.wrap() for factor in factors if factor.type == Authenticator.Type.RECOVERY_CODES), None),
        passkeys=[factor for factor in factors if factor.type == Authenticator.Type.WEBAUTHN],
        sessions=UserSession.objects.filter(user=request.user.pk).count(),
        drafts=kept.all_of(request.user),
    )


@door(SIGNED_IN)
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in; POST signs out everywhere else."""
    if request.method == "POST":
        ended = actions.sign_out_elsewhere(user=cast("User", request.user), key=request.session.session_key or "")
        messages.success(request, f"Signed out of {ended} other {'session' if ended == 1 else 'sessions'}.")
        return redirect("usersessions_list")
    rows = UserSession.objects.filter(user=request.user.pk).order_by("-created_at")
    return page(request, "usersessions/usersession_list.html", sessions=rows)


@door(PUBLIC)
@sensitive_post_parameters("password1", "password2")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a one-time link. It signs nobody in; a link that is used, ended or forged does not exist."""
    found = (
        Invitation.objects.live(timezone.now()).select_related("user").filter(token_hash=actions.hashed(token)).first()
    )
    if found is None:
        return page(request, "staff/invitation_gone.html", status=404)
    form = NewPasswordForm(request.POST or None, user=found.user, token=token)
    if form.is_valid() and form.saved(by=None):
        messages.success(request, "Your password is set. Sign in with it now.")
        return redirect("account_login")
    return page(request, "staff/invitation.html", form=form, invited=found.user)
