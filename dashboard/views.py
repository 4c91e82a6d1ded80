from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from audit.actions import record_read
from patients.models import Patient
from staff.models import User
from web.doors import SIGNED_IN, door
from web.pages import page

from .chart import chart_of
from .today import today_of


@door(SIGNED_IN)
def today(request: HttpRequest) -> HttpResponse:
    """The day of whoever is signed in."""
    mine = today_of(cast("User", request.user), at=timezone.now())
    if mine.patients:
        record_read(action="today.read", by=request.user, patients=mine.patients, record_class="schedule")
    return page(request, "dashboard/today.html", today=mine)


@door("patients.view_chart")
def chart(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The chart's first page; `?episode=` chooses among the episodes in scope."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=patient_id)
    shown = chart_of(patient, cast("User", request.user), asked=request.GET.get("episode", ""), at=timezone.now())
    if shown is None:
        raise Http404
    record_read(action="chart.read", by=request.user, about=patient, patients=[patient.pk], record_class="chart")
    return page(request, "dashboard/chart.html", patient=patient, chart=shown)
