"""Signing in and out, the password: the library's pages with our forms; an invalid form is answered with 422."""

from typing import Any

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST

from staff.forms import ChangePasswordForm, PasswordAgainForm
from staff.models import User
from web.refusals import Refusal


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

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and not request.user.has_usable_password():
            sentence = "You have no password yet. Ask a director for a one-time link; it lets you choose one."
            raise Refusal(sentence, code="no_password")
        return super().dispatch(request, *args, **kwargs)

    def get_default_success_url(self) -> str:
        return "/account/"


sign_in = SignInView.as_view()
sign_out = require_POST(account.LogoutView.as_view())
password_again = PasswordAgainView.as_view()
change_password = ChangePasswordView.as_view()
