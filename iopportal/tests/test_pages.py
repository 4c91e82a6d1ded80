"""Every page of the demo, looked at by axe in light and dark, on a desk and on a small phone."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from dashboard.worklists import WORKLISTS
from iopportal.demo.fill import fill
from iopportal.tests import browser
from iopportal.tests.test_main_job import sign_in
from patients.models import Episode
from plans.models import TreatmentPlan
from programs.models import Program
from scheduling.models import Session
from staff.models import User

pytestmark = pytest.mark.looks
MONDAY = dt.date(2026, 11, 23)
EVENING = dt.datetime(2026, 11, 23, 18, 20, tzinfo=dt.timezone(dt.timedelta(hours=-5)))


def addresses() -> dict[str, list[str]]:
    """The pages to look at, by who opens them."""
    treated = Episode.objects.filter(program__code="matrix", status="admitted").order_by("pk")
    waiting = Episode.objects.filter(program__code="matrix", status="referred").first()
    group = Session.objects.get(group__name="Relapse Prevention", day=MONDAY)
    member = group.group.memberships.touching(MONDAY, None).first()
    held = Session.objects.filter(group=group.group, logged_at__isnull=False).first()
    plan = TreatmentPlan.objects.filter(episode__program__code="matrix").first()
    episode = treated.first()
    day_program = Program.objects.get(code="day")
    kim = User.objects.get(username="kim")
    worklists = ["/worklists/", *(worklist.get_absolute_url() for worklist in WORKLISTS)]
    return {
        "rae": [
            "/", "/account/", reverse("patients"), reverse("patient_search"), reverse("patient_new"),
            reverse("chart", args=[episode.patient_id]), reverse("chart", args=[waiting.patient_id]),
            reverse("episode_accept", args=[waiting.pk]), reverse("plan_new") + f"?episode={episode.pk}",
            reverse("plan", args=[plan.pk]), reverse("plan_edit", args=[plan.pk]), reverse("groups"),
            reverse("group", args=[group.group_id]), reverse("member_add", args=[group.group_id]),
            reverse("member_leave", args=[group.group_id, member.pk]), reverse("session", args=[held.pk]),
            reverse("attendance", args=[held.pk]), reverse("attendance", args=[group.pk]),
            reverse("session_new") + f"?episode={episode.pk}", "/nowhere/",
        ],
        "dana": [
            "/", "/admin/", reverse("admin:programs_program_changelist"), reverse("admin:programs_group_changelist"),
            reverse("admin:staff_user_changelist"), reverse("admin:staff_credential_changelist"), *worklists,
            reverse("program_opening", args=[day_program.pk]), reverse("program_staffing", args=[day_program.pk]),
            reverse("program_policy", args=[day_program.pk]), reverse("leaving", args=[kim.pk]),
        ],
        "ivy": [
            "/", reverse("patients"), reverse("groups"), reverse("group", args=[group.group_id]),
            reverse("session", args=[held.pk]),
        ],
        "bela": ["/"],
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(chromium, own_database, scheme):
    fill(today=MONDAY)
    findings = {}
    with time_machine.travel(EVENING, tick=True), browser.served() as address:
        with browser.opened(chromium, address, color_scheme=scheme) as page:
            page.goto("/account/login/")
            if found := browser.axe_findings(page):
                findings["sign-in"] = found
        for name, paths in addresses().items():
            with browser.opened(
                chromium, address, color_scheme=scheme, viewport={"width": 1280, "height": 900}
            ) as page:
                sign_in(page, name)
                for path in paths:
                    page.goto(path)
                    if found := browser.axe_findings(page):
                        findings[f"{name} {path}"] = found
    assert findings == {}


def test_no_page_scrolls_sideways_on_a_small_phone(chromium, own_database):
    fill(today=MONDAY)
    wide = []
    with time_machine.travel(EVENING, tick=True), browser.served() as address:
        for name, paths in addresses().items():
            with browser.opened(chromium, address, viewport={"width": 320, "height": 700}) as page:
                sign_in(page, name)
                for path in [path for path in paths if not path.startswith("/admin/")]:
                    page.goto(path)
                    if page.evaluate("document.documentElement.scrollWidth") > 320:
                        wide.append(f"{name} {path}")
    assert wide == []
