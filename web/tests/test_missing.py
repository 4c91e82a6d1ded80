"""An empty required field says what to enter."""

import pytest
from django import forms

from web.forms import ActionForm
from web.missing import asked


class OrderForm(ActionForm):
    name = forms.CharField()
    place = forms.ChoiceField(choices=[("a", "A")], label="Location")
    starts_on = forms.DateField(label="Changes hold from")
    ends_on = forms.DateField(label="Until")
    agreed = forms.BooleanField()
    reason = forms.CharField(error_messages={"required": "Say why."})


def test_an_empty_field_asks_for_its_label_or_in_its_own_words():
    assert OrderForm({}).errors == {
        "name": ["Enter the name."],
        "place": ["Choose the location."],
        "starts_on": ["Enter the first day."],
        "ends_on": ["Enter the last day."],
        "agreed": ["Tick this."],
        "reason": ["Say why."],
    }


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (forms.CharField(label="Goal, in the patient’s own words"), "Enter the goal, in the patient’s own words."),
        (forms.FileField(label="Timetable file"), "Choose the timetable file."),
        (forms.DateField(label="From"), "Enter the first day."),
    ],
)
def test_a_field_is_asked_for_as_people_would_say_it(field, sentence):
    assert asked(field, "field") == sentence


def test_a_field_that_a_form_adds_later_is_asked_for_too():
    form = OrderForm({})
    form.fields["room"] = forms.IntegerField()
    assert form.errors["room"] == ["Enter the room."]
