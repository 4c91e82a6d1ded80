from datetime import date, timedelta

import pytest

from audit.models import Event
from staff import actions
from staff.models import TimeAway
from web.refusals import Refusal

from .factories import events, make_credential, make_time_away, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def dana():
    return make_user("dana")


@pytest.fixture
def rae():
    return make_user("rae")


def file(credential, by, evidence="Receipt 4711"):
    actions.file_renewal(credential=credential, evidence=evidence, by=by, day=DAY)
    credential.refresh_from_db()


def verify(credential, by):
    actions.verify_credential(credential=credential, by=by, day=DAY)
    credential.refresh_from_db()


def test_a_verification_has_its_day_and_who_looked_and_is_audited(dana, rae):
    license = make_credential(rae)  # noqa: A001
    verify(license, dana)
    assert (license.verified_on, license.verified_by) == (DAY, dana)
    assert [(event.actor_id, event.object_id, event.content) for event in events("credential_verified")] == [
        (dana.pk, license.pk, {"on": "2026-03-02"})
    ]


def test_a_filed_renewal_has_its_day_its_evidence_and_who_recorded_it(dana, rae):
    license = make_credential(rae, expires_on=DAY)  # noqa: A001
    file(license, dana, " Receipt 4711 ")
    assert (license.renewal_filed_on, license.renewal_filed_by) == (DAY, dana)
    assert license.renewal_evidence == "Receipt 4711"
    assert events("renewal_filed")[0].content == {"on": "2026-03-02", "evidence": "Receipt 4711"}


def test_nobody_vouches_for_a_license_of_their_own(rae):
    license = make_credential(rae, expires_on=DAY)  # noqa: A001
    for verb in (verify, file):
        with pytest.raises(Refusal) as refused:
            verb(license, rae)
        assert refused.value.code == "own_license"
    assert (license.verified_on, license.renewal_filed_on) == (None, None)


@pytest.mark.parametrize(("expires_on", "evidence", "code"), [(DAY, "  ", "no_evidence"), (None, "Receipt", "no_end")])
def test_a_renewal_is_refused_without_evidence_or_an_end_to_renew(dana, rae, expires_on, evidence, code):
    with pytest.raises(Refusal) as refused:
        file(make_credential(rae, expires_on=expires_on), dana, evidence)
    assert refused.value.code == code


def test_a_changed_license_must_be_looked_up_again(dana, rae):
    license = make_credential(rae, expires_on=DAY)  # noqa: A001
    verify(license, dana)
    assert actions.credential_changed(credential=license, fields=["looked_up"], by=dana) == []
    license.refresh_from_db()
    assert license.verified_on == DAY
    said = actions.credential_changed(credential=license, fields=["number"], by=dana)
    license.refresh_from_db()
    assert (said, license.verified_on) == (["It was changed, so it must be looked up at its board again."], None)


def test_a_new_last_day_settles_the_filed_renewal_and_the_trail_keeps_it(dana, rae):
    license = make_credential(rae, expires_on=DAY)  # noqa: A001
    file(license, dana)
    license.expires_on = DAY + timedelta(730)
    license.save()
    said = actions.credential_changed(credential=license, fields=["expires_on"], by=dana)
    license.refresh_from_db()
    assert said == ["It has a new last day, so the filed renewal is settled."]
    assert license.last_day(30) == DAY + timedelta(730)
    assert Event.objects.get(action="staff.credential_unsettled").content["renewal_evidence"] == "Receipt 4711"


def test_time_away_is_taken_back_before_it_begins_and_the_trail_keeps_it(dana, rae):
    away = make_time_away(rae, DAY + timedelta(1), DAY + timedelta(5))
    key = away.pk
    actions.take_back_time_away(away=away, by=dana, day=DAY)
    assert not TimeAway.objects.exists()
    event = events("time_away_taken_back")[0]
    assert (event.object_id, event.content["user"], event.content["from"]) == (key, rae.pk, "2026-03-03")


def test_time_away_that_has_begun_stays(dana, rae):
    away = make_time_away(rae, DAY)
    with pytest.raises(Refusal) as refused:
        actions.take_back_time_away(away=away, by=dana, day=DAY)
    assert (refused.value.code, TimeAway.objects.count()) == ("has_begun", 1)
