"""How a form asks and answers here: one action, one refusal at its field, typed values kept."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError

from . import keys, trail
from .missing import AsksByLabel
from .refusals import Refusal

LARGEST_VERSION = 2**31 - 1


class KeyField(forms.CharField):
    """A hidden one-time key, fresh for each page that is opened; `page` issues it. Its value is the key's UUID."""

    issued: str | None = None
    issued_to: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        lost = "This page has lost its key. Check what you typed and send it again."
        super().__init__(
            widget=forms.HiddenInput, max_length=200, error_messages={"required": lost, "invalid": lost}, **kwargs
        )

    def clean(self, value: Any) -> uuid.UUID:
        try:
            key, self.issued_to = keys.read(super().clean(value))
        except keys.BadKey:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return key

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was sent, or a fresh key where what was sent is no good."""
        return self.issued or super().bound_data(data, initial)


class VersionField(forms.IntegerField):
    """The hidden version of the row a form edits. A damaged one is None, which is stale."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, required=False, **kwargs)

    def clean(self, value: Any) -> int | None:
        try:
            version = super().clean(value)
        except ValidationError:
            return None
        return version if version is not None and 0 <= version <= LARGEST_VERSION else None


class ActionBase(AsksByLabel):
    """`saved(by=)`: whether the form's action was done; a refusal of it stands at its field."""

    result: Any = None
    refusal: Refusal | None = None
    marks_optional = True

    def saved(self, *, by: Any) -> bool:
        """Do it. False leaves the refusal at its field, or at the top, and in the audit trail."""
        try:
            self._check_keys(by)
            self.result = self.save(by=by)
        except Refusal as refusal:
            self.refusal = refusal
            trail.refused(refusal, by=by)
            field = refusal.field if refusal.field in self.fields else None
            self.add_error(field, ValidationError(refusal.sentence, code=refusal.code))
            return False
        return True

    def save(self, *, by: Any) -> Any:
        """Call the action; what it gives becomes `result`."""
        raise NotImplementedError

    def add_error(self, field: str | None, error: Any) -> None:
        """At the field, or at the top for one that nobody sees."""
        hidden = field in self.fields and self.fields[field].widget.is_hidden
        super().add_error(None if hidden else field, error)

    def issue_keys(self, *, by: Any) -> None:
        """Give each one-time key of the form to `by`; one that was sent and is still good stays."""
        for name, field in self.fields.items():
            if not isinstance(field, KeyField):
                continue
            sent = (self[name].data or "") if self.is_bound else ""
            key = keys.kept(sent, by=by)
            if key != sent:
                field.issued = self.initial[name] = key

    def _check_keys(self, by: Any) -> None:
        for field in self.fields.values():
            if isinstance(field, KeyField) and field.issued_to != (by.pk or 0):
                raise keys.foreign()

    @property
    def helper(self) -> FormHelper:
        """Crispy's helper: the page writes the form tag, the token and the buttons."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class ActionForm(ActionBase, forms.Form):
    """A form whose `save(by=)` calls one action."""
