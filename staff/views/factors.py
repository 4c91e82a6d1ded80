"""Second factors and passkeys: the library's pages, each change recorded in the transaction that makes it."""

from typing import Any

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import transaction
from django.http import HttpResponse

from staff import actions
from staff.forms import (
    AddPasskeyForm,
    AppForm,
    CodeAgainForm,
    CodeForm,
    PasskeyAgainForm,
    PasskeySignInForm,
    PasskeyStepForm,
    RenamePasskeyForm,
)

from .sign_in import Answers422


class Recorded:
    """Records `event` for the signed-in person once the form was carried out."""

    event: str
    factor: str
    did_generate_recovery_codes = False
    request: Any

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            actions.note(self.event, by=self.request.user, factor=self.factor)
            if self.did_generate_recovery_codes:
                actions.note("recovery_codes_made", by=self.request.user)
        return response


class CodeView(base.AuthenticateView):
    """The second step of signing in."""

    form_class = CodeForm
    webauthn_form_class = PasskeyStepForm

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class CodeAgainView(Answers422, base.ReauthenticateView):
    form_class = CodeAgainForm


class AddAppView(Answers422, Recorded, totp.ActivateTOTPView):
    form_class = AppForm
    event, factor = "second_factor_added", "app"


class RemoveAppView(Answers422, Recorded, totp.DeactivateTOTPView):
    event, factor = "second_factor_removed", "app"


class MakeCodesView(Answers422, Recorded, codes.GenerateRecoveryCodesView):
    event, factor = "recovery_codes_made", "codes"


class AddPasskeyView(Answers422, Recorded, webauthn.AddWebAuthnView):
    form_class = AddPasskeyForm
    event, factor = "second_factor_added", "passkey"


class RemovePasskeyView(Recorded, webauthn.RemoveWebAuthnView):
    event, factor = "second_factor_removed", "passkey"


class PasskeyAgainView(webauthn.ReauthenticateWebAuthnView):
    form_class = PasskeyAgainForm


class RenamePasskeyView(Answers422, webauthn.EditWebAuthnView):
    form_class = RenamePasskeyForm


class PasskeySignInView(webauthn.LoginWebAuthnView):
    """Signing in with a passkey alone."""

    form_class = PasskeySignInForm

    def form_invalid(self, form: Any) -> HttpResponse:
        actions.note("sign_in_failed", by=None, outcome="refused", factor="passkey")
        return super().form_invalid(form)


code = CodeView.as_view()
code_again = CodeAgainView.as_view()
add_app = AddAppView.as_view()
remove_app = RemoveAppView.as_view()
make_codes = MakeCodesView.as_view()
add_passkey = AddPasskeyView.as_view()
remove_passkey = RemovePasskeyView.as_view()
rename_passkey = RenamePasskeyView.as_view()
passkey_again = PasskeyAgainView.as_view()
passkey_sign_in = PasskeySignInView.as_view()
