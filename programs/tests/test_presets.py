import uuid
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from audit.models import Event
from programs import policy
from programs.actions.policy import apply_preset, confirm_values, preview, save
from programs.models import PolicyValue
from programs.preset_table import PRESETS
from programs.presets import fingerprint
from programs.tests.factories import make_location, make_policy_value, make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user
from web.refusals import AlreadyDone, Refusal

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
LATER = date(2026, 6, 1)
NJ = PRESETS["NJ"]
PAGE = "/admin/programs/policyvalue/preset/"
CHANGELIST = "/admin/programs/policyvalue/"


@pytest.fixture(autouse=True)
def on_that_day(time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)


@pytest.fixture
def northside():
    return make_location("Northside")


@pytest.fixture
def evening(northside):
    return make_program("Evening IOP", location=northside)


@pytest.fixture
def teen():
    return make_program("Teen IOP", location=make_location("Harbor"))


@pytest.fixture
def dana(client, northside):
    """Director of Northside, signed in."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=northside)
    client.force_login(dana)
    return dana


def apply(program, by, *, preset=NJ, starts_on=LATER, replace=(), seen=None, key=None):
    found = preview(preset, program=program, starts_on=starts_on)
    return apply_preset(
        preset=preset,
        program=program,
        starts_on=starts_on,
        replace=replace,
        seen=seen or fingerprint(found),
        key=key or uuid.uuid4(),
        by=by,
        day=DAY,
    )


def changes_of(program, preset=NJ, day=LATER):
    return {change.key.name: change for change in preview(preset, program=program, starts_on=day)}


def values_of(program, day=LATER):
    rows = PolicyValue.objects.filter(program=program, starts_on=day)
    return dict(rows.values_list("key", "value"))


def asked(client, **change):
    """What the page would send after a preview."""
    data = {"preset": "NJ", "program": "", "starts_on": str(LATER)} | change
    page = client.get(PAGE, data)
    assert page.status_code == 200
    return data | {"seen": page.context["form"].fingerprint, "key": page.context["confirm"]["key"].value()}


def texts(response):
    return [message.message for message in response.context["messages"]]


def test_a_preview_says_what_is_now_and_what_will_be(evening):
    make_policy_value("caseload_max", "30")
    found = changes_of(evening)
    caseload, cap, hours = found["caseload_max"], found["group_cap_therapy"], found["min_week_minutes_adult"]
    assert list(found) == list(NJ.values)
    assert (caseload.now.shown, caseload.now.source, caseload.shown) == ("30 patients", "whole provider", "24 patients")
    assert [one.is_quiet for one in (caseload, cap, hours)] == [False, True, True]
    assert PolicyValue.objects.count() == 1


def test_values_begin_on_their_day_unconfirmed_with_the_citation_and_one_event(dana, evening):
    make_policy_value("group_cap_therapy", "10", evening)
    apply(evening, dana)
    assert values_of(evening) == NJ.values
    assert set(PolicyValue.objects.filter(starts_on=LATER).values_list("citation", "is_confirmed")) == {
        ("N.J.A.C. 10:161B-9.2, 10:161B-10.1", False)
    }
    books = [policy.book(evening, day) for day in (DAY, LATER)]
    assert [str(book.value(evening, "plan_due")) for book in books] == ["14 days", "3 visits or 30 days"]
    event = Event.objects.get(action="programs.preset_applied")
    assert (event.actor_id, event.object_id, event.content["preset"], event.content["from"]) == (
        dana.pk, evening.pk, "NJ", "2026-06-01",
    )  # fmt: skip
    assert event.content["values"]["group_cap_therapy"] == {"old": "10 people", "new": "12 people"}


def test_a_value_the_program_has_already_gets_no_second_row(dana, evening):
    make_policy_value("caseload_max", "24", evening)
    assert changes_of(evening)["caseload_max"].is_there
    apply(evening, dana)
    assert values_of(evening) == {key: value for key, value in NJ.values.items() if key != "caseload_max"}


@pytest.mark.parametrize(("replace", "kept"), [((), "30"), (("caseload_max",), "24")])
def test_a_row_of_the_same_day_stays_unless_it_is_to_be_replaced(dana, evening, replace, kept):
    make_policy_value("caseload_max", "30", evening, starts_on=LATER, citation="Contract")
    change = changes_of(evening)["caseload_max"]
    assert (change.is_blocked, change.same_day.value) == (True, "30")
    apply(evening, dana, replace=replace)
    row = PolicyValue.objects.get(program=evening, key="caseload_max")
    assert (row.value, row.citation == "Contract", row.is_confirmed) == (kept, not replace, not replace)


def test_a_later_row_of_the_program_ends_the_value_and_is_named(dana, evening):
    make_policy_value("caseload_max", "30", evening, starts_on=date(2026, 9, 1))
    make_policy_value("caseload_max", "35", starts_on=date(2026, 8, 1))
    assert changes_of(evening)["caseload_max"].until == date(2026, 9, 1)


def test_a_preview_for_the_whole_provider_names_the_programs_that_keep_their_own_value(evening, teen):
    make_policy_value("caseload_max", "30", evening)
    make_policy_value("caseload_max", "30", teen)
    make_policy_value("caseload_max", "", teen, starts_on=DAY)
    assert {key: change.kept_by for key, change in changes_of(None).items() if change.kept_by} == {
        "caseload_max": (evening,)
    }


def test_what_has_changed_since_the_preview_is_not_overwritten(dana, evening):
    seen = fingerprint(preview(NJ, program=evening, starts_on=LATER))
    make_policy_value("caseload_max", "40", evening)
    with pytest.raises(Refusal) as caught:
        apply(evening, dana, seen=seen)
    assert (caught.value.code, values_of(evening)) == ("preview_changed", {})


def test_a_preset_that_changes_nothing_is_refused(dana, evening):
    apply(evening, dana)
    with pytest.raises(Refusal) as caught:
        apply(evening, dana)
    assert caught.value.code == "nothing_to_write"


def test_the_same_key_writes_once(dana, evening):
    key = uuid.uuid4()
    apply(evening, dana, key=key)
    with pytest.raises(AlreadyDone) as done:
        apply(evening, dana, key=key)
    assert done.value.url == f"/programs/{evening.pk}/policy/?day=2026-06-01"
    assert Event.objects.filter(action="programs.preset_applied").count() == 1


def test_only_who_directs_sets_a_preset(dana, evening, teen):
    for program in (teen, None):
        with pytest.raises(Refusal):
            apply(program, dana)
    make_posting(dana, teen)
    assert len(apply(None, dana)) == len(NJ.values)
    assert policy.book(teen, LATER).row(teen, "caseload_max").program_id is None


def test_the_page_shows_first_and_then_writes(client, dana, evening):
    data = asked(client, program=evening.pk)
    page = client.get(PAGE, data).content.decode()
    assert "Now" in page
    assert '14 days <span class="quiet">(default)</span>' in page
    assert "<strong>3 visits or 30 days</strong>" in page
    assert "A family session each month unless contraindicated or refused" in page
    assert PolicyValue.objects.count() == 0
    done = client.post(PAGE, data)
    assert (done.status_code, done.url) == (302, f"/programs/{evening.pk}/policy/?day=2026-06-01")
    assert values_of(evening) == NJ.values
    assert client.post(PAGE, data).url == done.url
    shown = client.get(done.url)
    assert texts(shown) == ["5 values written, to be confirmed."]
    assert shown.content.decode().count("to be confirmed</span>") == 5


def test_the_page_keeps_what_was_ticked_and_shows_the_values_anew_when_they_changed(client, dana, evening):
    make_policy_value("caseload_max", "30", evening, starts_on=LATER)
    data = asked(client, program=evening.pk, replace=["caseload_max"])
    make_policy_value("plan_due", "7 days", evening)
    answer = client.post(PAGE, data)
    page = answer.content.decode()
    assert (answer.status_code, values_of(evening)) == (422, {"caseload_max": "30"})
    assert "The values have changed since this preview was made" in page
    assert '7 days <span class="quiet">(this program' in page
    assert 'value="caseload_max" checked' in page
    again = data | {"seen": answer.context["form"].fingerprint, "key": answer.context["confirm"]["key"].value()}
    assert client.post(PAGE, again).status_code == 302
    assert values_of(evening) == NJ.values


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"preset": "XX"}, "preset"),
        ({"preset": ""}, "preset"),
        ({"program": "987654321"}, "program"),
        ({"program": "99999999999999999999"}, "program"),
        ({"program": "x"}, "program"),
        ({"program": ""}, "program"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"starts_on": "0026-06-01"}, "starts_on"),
        ({"starts_on": ""}, "starts_on"),
        ({"seen": ""}, "__all__"),
        ({"seen": "x" * 65}, "__all__"),
        ({"key": "x"}, "__all__"),
        ({"replace": "nothing"}, "replace"),
    ],
)
def test_whatever_is_wrong_is_named_and_nothing_written(client, dana, evening, change, field):
    make_program()
    data = asked(client, program=evening.pk) | change
    answer = client.post(PAGE, data)
    assert (answer.status_code, list(answer.context["form"].errors), PolicyValue.objects.count()) == (422, [field], 0)
    assert "One thing to put right" in answer.content.decode()
    if field in {"preset", "program", "starts_on"}:
        assert client.get(PAGE, data).status_code == 422


def test_a_director_is_offered_the_own_programs_only(client, dana, evening, teen):
    page = client.get(f"{PAGE}?program={evening.pk}")
    offered = page.context["form"].fields["program"].choices
    assert [label for _, label in offered] == ["Choose", "Evening IOP, Northside"]
    refused = client.post(PAGE, asked(client, program=evening.pk) | {"program": teen.pk})
    assert refused.context["form"].errors == {"program": ["Choose a program that you direct."]}
    assert PolicyValue.objects.count() == 0
    make_posting(dana)
    offered = client.get(PAGE).context["form"].fields["program"].choices
    assert [label for _, label in offered] == ["The whole provider", "Teen IOP, Harbor", "Evening IOP, Northside"]


def test_a_clinician_opens_no_presets(client, dana, evening):
    rae = make_user("rae")
    make_posting(rae, evening)
    client.force_login(rae)
    assert (client.get(PAGE).status_code, client.post(PAGE).status_code) == (403, 403)


def test_who_may_open_the_admin_but_set_no_policy_opens_no_presets(client, dana, evening):
    dana.groups.clear()
    dana.user_permissions.add(Permission.objects.get(codename="use_admin"))
    assert (client.get("/admin/").status_code, client.get(PAGE).status_code) == (200, 403)
    assert client.post(PAGE, {"preset": "NJ", "program": evening.pk}).status_code == 403


def test_an_obsolete_preset_says_so(client, dana, evening):
    page = client.get(PAGE, {"preset": "MT", "program": evening.pk, "starts_on": str(LATER)}).content.decode()
    assert "This rule was repealed" in page


def test_the_list_and_the_policy_page_lead_to_the_presets(client, dana, evening):
    assert PAGE in client.get(CHANGELIST).content.decode()
    assert f"{PAGE}?program={evening.pk}" in client.get(reverse("program_policy", args=[evening.pk])).content.decode()


def test_a_value_s_form_leads_to_the_policy_page_of_its_program(client, dana, evening):
    own, everybodys = make_policy_value("group_min", "3", evening), make_policy_value("group_min", "3")
    forms = [client.get(f"{CHANGELIST}{value.pk}/change/").content.decode() for value in (own, everybodys)]
    assert [f"/programs/{evening.pk}/policy/?day=2026-01-05" in form for form in forms] == [True, False]
    assert ["View on site" in form for form in forms] == [True, False]


def test_values_are_confirmed_in_the_list_and_audited_row_by_row(client, dana, evening):
    apply(evening, dana)
    rows = list(PolicyValue.objects.order_by("pk"))
    chosen = [row.pk for row in rows[:2]]
    answer = client.post(CHANGELIST, {"action": "confirm", "_selected_action": chosen}, follow=True)
    assert texts(answer) == ["2 of 2 marked as confirmed."]
    assert list(PolicyValue.objects.filter(is_confirmed=True).values_list("pk", flat=True).order_by("pk")) == chosen
    events = Event.objects.filter(action="programs.policyvalue_confirmed")
    assert sorted(events.values_list("object_id", flat=True)) == chosen
    assert confirm_values(ids=chosen, by=dana, day=DAY) == []
    history = client.get(f"{CHANGELIST}{chosen[0]}/history/")
    assert [(line.what, line.old, line.new) for line in history.context["lines"]] == [("Confirmed", "no", "yes")]


def test_values_of_the_whole_provider_are_confirmed_by_who_directs_all_of_it(client, dana, evening, teen):
    own = make_policy_value("group_min", "3", evening, is_confirmed=False)
    everybodys = make_policy_value("group_min", "3", is_confirmed=False)
    theirs = make_policy_value("group_min", "3", teen, is_confirmed=False)
    answer = client.post(CHANGELIST, {"action": "confirm", "_selected_action": [own.pk, everybodys.pk]}, follow=True)
    assert "This holds for programs you do not direct" in texts(answer)[0]
    assert confirm_values(ids=[theirs.pk], by=dana, day=DAY) == []
    assert not PolicyValue.objects.filter(is_confirmed=True).exists()


def test_a_row_somebody_saves_at_the_same_moment_is_a_refusal(evening):
    make_policy_value("caseload_max", "30", evening, starts_on=LATER)
    late = PolicyValue(program=evening, key="caseload_max", value="24", starts_on=LATER, citation="N.J.A.C.")
    with pytest.raises(Refusal, match="changed since this preview"):
        save([late])
    assert values_of(evening) == {"caseload_max": "30"}


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("heading=1", ["group_min"]),
        ("heading=0", ["week_start"]),
        ("heading=x", ["group_min", "week_start"]),
        ("is_confirmed__exact=0", ["group_min"]),
    ],
)
def test_the_list_is_narrowed_by_heading_and_by_what_is_to_be_confirmed(client, dana, evening, query, keys):
    make_policy_value("group_min", "3", evening, is_confirmed=False)
    make_policy_value("week_start", "Monday", evening)
    shown = client.get(f"{CHANGELIST}?{query}").context["cl"].result_list
    assert [row.key for row in shown] == keys


def test_the_form_keeps_a_value_in_one_way_and_says_what_a_key_takes(client, dana, evening):
    data = {"program": evening.pk, "key": "plan_due", "value": "3 Visits  or 30 day", "starts_on": "2026-03-02"}
    data |= {"citation": "N.J.A.C.", "is_confirmed": "on"}
    assert client.post(f"{CHANGELIST}add/", data).status_code == 302
    assert PolicyValue.objects.get().value == "3 visits or 30 days"
    answer = client.post(f"{CHANGELIST}add/", data | {"value": "24 hours", "starts_on": "2026-03-03"})
    sentence = answer.context["adminform"].form.errors["value"][0]
    assert sentence.startswith(
        "“24 hours” cannot be the value of “Plan due within”. This does not count hours. Write a number of"
    )
    assert client.post(f"{CHANGELIST}add/", data | {"value": "", "starts_on": "2026-03-04"}).status_code == 302
    assert policy.book(evening, date(2026, 3, 4)).row(evening, "plan_due") is None
