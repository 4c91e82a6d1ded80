from django import forms
from django.contrib.auth import get_user_model

from audit.actions import record
from web import keys
from web.forms import ActionForm, KeyField, VersionField
from web.refusals import Refusal


class NameForm(ActionForm):
    """Gives a person another family name; “Nobody” is refused."""

    last_name = forms.CharField(label="Family name", max_length=20, help_text="As on the license.")
    why = forms.CharField(label="Reason", required=False)
    kind = forms.ChoiceField(choices=[("a", "Marriage"), ("b", "Other")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I am sure", required=False)
    version = VersionField()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def save(self, *, by):
        if self.cleaned_data["last_name"] == "Nobody":
            raise Refusal("Nobody is called that. Choose another name.", code="no_name", rule="R-1", field="last_name")
        if self.cleaned_data["last_name"] == "Everybody":
            raise Refusal("There are too many of them.", code="too_many", field="not_here")
        self.user.last_name = self.cleaned_data["last_name"]
        self.user.save()
        return self.user


class MakeForm(ActionForm):
    """Makes a person, once."""

    key = KeyField()
    username = forms.CharField()

    def save(self, *, by):
        with keys.once(self.cleaned_data["key"], by=by) as used:
            made = get_user_model().objects.create_user(self.cleaned_data["username"])
            used.url = f"/missing/{made.pk}/"
            record(action="made", by=by, about=made)
        return used.url
