"""Signing in and out, the password: the library's pages with our forms; an invalid form is answered with 422."""

from typing import Any

from allauth.account import views as account
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from staff.forms import ChangePasswordForm, PasswordAgainForm


class Answers422:
    """Mixed into the library's form pages."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        if response.status_code == 200:  # noqa: PLR2004
            response.status_code = 422
        return response


class SignInView(Answers422, account.LoginView):
    pass


class PasswordAgainView(Answers422, account.ReauthenticateView):
    form_class = PasswordAgainForm


class ChangePasswordView(Answers422, account.PasswordChangeView):
    form_class = ChangePasswordForm

    def get_default_success_url(self) -> str:
        return "/account/"


sign_in = SignInView.as_view()
sign_out = require_POST(account.LogoutView.as_view())
password_again = PasswordAgainView.as_view()
change_password = ChangePasswordView.as_view()
