"""How a form asks and answers here: one action, one refusal at its field, typed values kept."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from .refusals import Refusal


class KeyField(forms.UUIDField):
    """A hidden one-time key, fresh for each page that is opened."""

    def __init__(self, **kwargs: Any) -> None:
        messages = {"required": "This form has lost its key. Open the page again.", "invalid": "This form's key is damaged. Open the page again."}
        super().__init__(widget=forms.HiddenInput, initial=uuid.uuid4, error_messages=messages, **kwargs)


class VersionField(forms.IntegerField):
    """The hidden version of the row a form edits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, **kwargs)


class SavedMixin:
    """`saved(by=)`: whether the form's action was done; a refusal of it stands at its field."""

    result: Any = None
    refusal: Refusal | None = None

    def saved(self, *, by: Any) -> bool:
        try:
            self.result = self.save(by=by)  # type: ignore[attr-defined]
        except Refusal as refusal:
            self.refusal = refusal
            field = refusal.field if refusal.field in self.fields else None  # type: ignore[attr-defined]
            self.add_error(field, refusal.sentence)  # type: ignore[attr-defined]
            return False
        return True

    @property
    def helper(self) -> FormHelper:
        """Crispy's helper: the page writes the form tag, the token and the buttons."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class ActionForm(SavedMixin, forms.Form):
    """A form whose `save(by=)` calls one action."""


class ActionModelForm(SavedMixin, forms.ModelForm):
    """The same over a model's fields."""

    def save(self, *, by: Any) -> Any:  # type: ignore[override]
        raise NotImplementedError
