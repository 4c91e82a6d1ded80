"""Where the sign-in library asks us: what counts as a sign-in, and what each step leaves in the audit trail."""

from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from qrcode.image.svg import SvgPathFillImage

from web import addresses, fields

from . import actions, kept, lifetime
from .models import User

MISMATCH = "The user name and the password do not match. Check both, or ask a director for a new link."


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by user name and password; accounts come by invitation only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": MISMATCH,
        "incorrect_password": "That is not your password. Type it again.",
        "enter_current_password": "That is not your current password. Type it again.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then use the next code.",
        "rate_limited": "Too many tries. Wait five minutes, then use the next code.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return addresses.of(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person, or None: alike for an unknown name, a wrong password and a deactivated account.

        The library's own count of failures is left out: the lock-out counts them, per name and address.
        """
        user = authenticate(request, **credentials)
        AuthenticationBackend.unstash_authenticated_user()  # SECURITY: else a deactivated person gets another answer
        if user is None:
            self.authentication_failed(request, **credentials)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure. An unknown name is left out: people type their password into the wrong field."""
        user = User.objects.filter(username=credentials.get("username", "")).first()
        counted = getattr(request, "axes_failures_since_start", None)
        locked = getattr(request, "axes_locked_out", False)
        with transaction.atomic():
            actions.note(
                "sign_in_failed", by=None, about=user, outcome="refused", locked_out=locked and counted is None
            )
            if locked and counted is not None:
                actions.note("locked_out", by=None, about=user, outcome="refused", failures=counted)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        messages.error(request, MISMATCH)
        return redirect("account_login")

    def login(self, request: HttpRequest, user: Any) -> None:
        steps = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
        with transaction.atomic():
            super().login(request, user)
            lifetime.begin(request.session, int(timezone.now().timestamp()))
            actions.note("signed_in", by=user, steps=steps)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Lead to what the person typed before their last session ended, if anything was kept."""
        response = super().post_login(request, user, **kwargs)
        draft = kept.newest(user)
        if draft is not None:
            response["Location"] = reverse("kept", args=[draft.pk])
        return response

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login")

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        with transaction.atomic():
            super().logout(request)
            actions.note("signed_out", by=user)  # type: ignore[arg-type]

    def set_password(self, user: Any, password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            actions.note("password_changed", by=user)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, with their secrets encrypted under FIELD_KEYS."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That is not the code. Wait for the next one and type it again.",
    }

    def encrypt(self, text: str) -> str:
        return fields.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return fields.decrypt(encrypted_text)

    def get_totp_label(self, user: Any) -> str:
        return user.username

    def build_totp_svg(self, url: str) -> str:
        """The picture on white, so that it scans in the dark scheme too."""
        return qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 (the library's name)
        return f"Passkey {Authenticator.objects.filter(user=user.pk, type=type).count() + 1}"

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER
