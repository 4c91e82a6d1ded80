"""The forms of the account pages, in our words; the checking is the library's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import ChangePasswordForm as LibraryChangePasswordForm
from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base import forms as code_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import transaction

from web.forms import ActionForm
from web.missing import ask_by_label

from . import actions
from .models import User

NEW_HINT = "15 characters or more. Four words that do not belong together make a good one."
UNLIKE = "The two passwords differ. Type the same one twice."


class Plain:
    """Bootstrap's classes on every field, and no placeholders in place of labels."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_by_label(self.fields)
        for field in self.fields.values():
            attributes = field.widget.attrs
            attributes.pop("placeholder", None)
            is_box = isinstance(field.widget, forms.CheckboxInput)
            attributes["class"] = "form-check-input" if is_box else "form-control"


class SignInForm(Plain, LoginForm):
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "User name"
        self.fields["login"].widget.attrs.update({"autocapitalize": "none", "spellcheck": "false"})
        self.fields["password"].help_text = ""

    def clean_login(self) -> str:
        """One spelling for each person, so that capitals do not earn five more tries."""
        return User.normalize_username(super().clean_login()).lower()


class PasswordAgainForm(Plain, ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label, self.fields["password"].help_text = "Password", ""


class ChangePasswordForm(Plain, LibraryChangePasswordForm):
    """The current password, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, hint in [
            ("oldpassword", "Current password", ""),
            ("password1", "New password", NEW_HINT),
            ("password2", "New password again", ""),
        ]:
            self.fields[name].label, self.fields[name].help_text = label, hint


class ForgedKeys:
    """A damaged or forged passkey answer is a wrong one: the library's parser fails on some of them."""

    def clean_credential(self) -> Any:
        with refusing_damage():
            return super().clean_credential()  # type: ignore[misc]


@contextmanager
def refusing_damage() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ValidationError(
            "The passkey could not be read. Try again, or take another way.", code="damaged"
        ) from error


class PasskeySignInForm(ForgedKeys, LoginWebAuthnForm):
    """A passkey that signs in by itself."""


class PasskeyStepForm(ForgedKeys, AuthenticateWebAuthnForm):
    """A passkey as the second step of signing in."""


class PasskeyAgainForm(ForgedKeys, ReauthenticateWebAuthnForm):
    """A passkey once more, before something that matters."""


class CodeRecords:
    """Records a wrong code, and the use of a recovery code."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        try:
            return super().clean_code()  # type: ignore[misc]
        except ValidationError:
            actions.note("second_factor_failed", by=None, about=self.user, outcome="refused")
            raise

    def save(self) -> None:
        with transaction.atomic():
            super().save()  # type: ignore[misc]
            if self.authenticator.type == Authenticator.Type.RECOVERY_CODES:
                actions.note("recovery_code_used", by=self.user)


class CodeForm(CodeRecords, Plain, code_forms.AuthenticateForm):
    """A code from the authenticator app, or a recovery code, at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "Six digits from your authenticator app, or one of your recovery codes."
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class CodeAgainForm(CodeRecords, Plain, code_forms.ReauthenticateForm):
    """A code once more, before something that matters."""


class AppForm(Plain, ActivateTOTPForm):
    """The first code from a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code from the app"
        self.fields["code"].help_text = "Six digits. They change every 30 seconds."
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class AddPasskeyForm(Plain, AddWebAuthnForm):
    """A new passkey or security key, with a name to tell it apart."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name"
        self.fields["name"].help_text = "So that you can tell it apart, such as “work laptop”."
        self.fields["name"].validators.append(MaxLengthValidator(100))
        self.fields["passwordless"].label = "Let this passkey sign me in without a password"
        self.fields["passwordless"].help_text = "It then asks for your fingerprint, face or PIN."
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any]:
        with refusing_damage():
            return super().clean()


class RenamePasskeyForm(Plain, EditWebAuthnForm):
    """Another name for a passkey."""


class UnlockForm(PasswordAgainForm):
    """The password that opens a locked session."""

    how = "password"


class UnlockPasskeyForm(ForgedKeys, AuthenticateWebAuthnForm):
    """A passkey that opens a locked session."""

    how = "passkey"


class NewPasswordForm(Plain, ActionForm):
    """What an invited person fills in: the name where it is missing, and a password twice."""

    first_name = forms.CharField(max_length=150, widget=forms.TextInput({"autocomplete": "given-name"}))
    last_name = forms.CharField(max_length=150, widget=forms.TextInput({"autocomplete": "family-name"}))
    password1 = forms.CharField(
        label="New password",
        help_text=NEW_HINT,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="New password again",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, token: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.token = user, token
        for name in ("first_name", "last_name"):
            if getattr(user, name):
                del self.fields[name]

    def clean_password1(self) -> str:
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def clean_password2(self) -> str:
        if self.cleaned_data["password2"] != self.cleaned_data.get("password1", self.cleaned_data["password2"]):
            raise ValidationError(UNLIKE, code="unlike")
        return self.cleaned_data["password2"]

    def save(self, *, by: User | None) -> User:
        return actions.accept_invitation(
            token=self.token,
            password=self.cleaned_data["password1"],
            first_name=self.cleaned_data.get("first_name", ""),
            last_name=self.cleaned_data.get("last_name", ""),
        )
