"""`{{ group|group_label:user }}` and `{{ session|session_label:user }}` for its reader, and when it meets."""

from django import template

from scheduling import labels
from scheduling.wallclock import weekly_times

register = template.Library()
register.filter(labels.group_label)
register.filter(labels.service_label)
register.filter(labels.session_label)
register.filter(weekly_times)
