from datetime import date

from django import template

from patients.models import Patient

register = template.Library()


@register.filter
def age_on(patient: Patient, day: date) -> int:
    """Completed years on `day`."""
    return patient.age_on(day)
