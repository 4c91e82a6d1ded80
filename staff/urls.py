"""The account pages. Of the library's routes only those we offer stand here, under its names, which it reverses."""

from allauth.mfa.base.views import index as factors_index
from allauth.mfa.recovery_codes.views import download_recovery_codes, view_recovery_codes
from allauth.mfa.webauthn.views import list_webauthn
from django.urls import path

from .views import account, factors, session, sign_in

urlpatterns = [
    path("", account.account, name="account"),
    path("login/", sign_in.sign_in, name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("reauthenticate/", sign_in.password_again, name="account_reauthenticate"),
    path("password/change/", sign_in.change_password, name="account_change_password"),
    path("2fa/", factors_index, name="mfa_index"),
    path("2fa/authenticate/", factors.code, name="mfa_authenticate"),
    path("2fa/reauthenticate/", factors.code_again, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", factors.add_app, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", factors.remove_app, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", factors.make_codes, name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", download_recovery_codes, name="mfa_download_recovery_codes"),
    path("2fa/webauthn/", list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", factors.passkey_sign_in, name="mfa_login_webauthn"),
    path("2fa/webauthn/reauthenticate/", factors.passkey_again, name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", factors.rename_passkey, name="mfa_edit_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
    path("sessions/", account.sessions, name="usersessions_list"),
    path("invitation/<str:token>/", account.invitation, name="invitation"),
    path("unlock/", session.unlock, name="session_unlock"),
    path("lock/", session.lock, name="session_lock"),
    path("alive/", session.alive, name="session_alive"),
    path("kept/<int:pk>/", session.kept_form, name="kept"),
    path("kept/<int:pk>/discard/", session.discard, name="kept_discard"),
]
