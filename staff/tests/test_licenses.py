from datetime import date, timedelta

import pytest

from staff.licenses import License, in_use
from staff.models import Credential, CredentialType

DAY = date(2027, 1, 8)
STEPS = (90, 60, 30, 7)
LPC, LCSW = CredentialType(pk=1, name="LPC"), CredentialType(pk=2, name="LCSW")


def credential(expires_on=None, **fields):
    defaults = {"user_id": 1, "type": LPC, "state": "NJ", "issued_on": date(2025, 1, 1)}
    return Credential(**(defaults | fields), expires_on=expires_on)


def in_days(left, **fields):
    """A license whose last day is so many days after DAY, with 30 days of grace."""
    return License(credential(DAY + timedelta(left), **fields), DAY, STEPS, 30)


FILED = {"renewal_filed_on": date(2027, 1, 4), "renewal_filed_by_id": 9, "renewal_evidence": "Receipt 12"}


@pytest.mark.parametrize(
    ("left", "step"),
    [(91, None), (90, 90), (61, 90), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 7), (-1, 7)],
)
def test_a_warning_step_is_reached_with_as_many_days_left(left, step):
    assert (in_days(left).step, in_days(left).is_due) == (step, step is not None)


def test_a_license_without_an_end_is_never_warned_about():
    endless = License(credential(), DAY, STEPS, 30)
    assert (endless.days_left, endless.step, endless.is_due, endless.is_lapsed) == (None, None, False, False)
    assert endless.sentence == "LPC of New Jersey does not expire."


@pytest.mark.parametrize(("left", "ended"), [(1, False), (0, False), (-1, True), (-400, True)])
def test_a_license_is_valid_through_its_last_day_and_lapsed_after_it(left, ended):
    assert (in_days(left).has_ended, in_days(left).is_lapsed, in_days(left).is_carried) == (ended, ended, False)


@pytest.mark.parametrize(
    ("left", "state"), [(5, "valid"), (0, "valid"), (-1, "carried"), (-30, "carried"), (-31, "lapsed")]
)
def test_a_filed_renewal_carries_a_license_through_its_days_of_grace(left, state):
    one = in_days(left, **FILED)
    assert (one.is_carried, one.is_lapsed) == (state == "carried", state == "lapsed")
    assert one.last_day == DAY + timedelta(left + 30)


@pytest.mark.parametrize(
    ("left", "fields", "sentence"),
    [
        (60, {}, "LPC of New Jersey ends on Mar 9, 2027, in 60 days."),
        (1, {}, "LPC of New Jersey ends on Jan 9, 2027, in 1 day."),
        (0, {"state": ""}, "LPC ends today, Jan 8, 2027."),
        (-1, {}, "LPC of New Jersey ended on Jan 7, 2027, 1 day ago."),
        (
            7,
            FILED,
            (
                "LPC of New Jersey ends on Jan 15, 2027, in 7 days. "
                "The renewal filed on Jan 4, 2027 carries it through Feb 14, 2027."
            ),
        ),
        (
            -31,
            FILED,
            (
                "LPC of New Jersey ended on Dec 8, 2026, 31 days ago. "
                "The renewal filed on Jan 4, 2027 carried it through Jan 7, 2027."
            ),
        ),
    ],
)
def test_the_sentence_says_what_ends_when_and_what_carries_it(left, fields, sentence):
    assert in_days(left, **fields).sentence == sentence


ENDED = credential(date(2027, 1, 3), pk=1)


@pytest.mark.parametrize(
    ("other", "replaced"),
    [
        (credential(date(2029, 1, 3), pk=2, issued_on=date(2027, 1, 4)), True),
        (credential(None, pk=2, issued_on=date(2027, 1, 8)), True),
        (credential(date(2029, 1, 3), pk=2, issued_on=date(2027, 1, 9)), False),  # a gap that is not over
        (credential(date(2027, 1, 2), pk=2), False),
        (credential(None, pk=2, type=LCSW), False),
        (credential(None, pk=2, state="NY"), False),
        (credential(None, pk=2, user_id=2), False),
    ],
)
def test_a_later_credential_of_the_same_type_and_state_takes_the_place_of_the_earlier(other, replaced):
    assert (ENDED not in in_use([ENDED, other], DAY)) is replaced


def test_a_renewal_that_begins_when_the_license_ends_takes_its_place_already():
    ending = credential(date(2027, 2, 1), pk=1)
    for first, replaced in [(date(2027, 2, 2), True), (date(2027, 2, 3), False)]:
        renewed = credential(date(2029, 2, 1), pk=2, issued_on=first)
        assert (ending not in in_use([ending, renewed], DAY)) is replaced
