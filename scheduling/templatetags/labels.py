"""`{{ group|group_label:user }}` and `{{ session|session_label:user }}`: what the reader calls them."""

from django import template

from scheduling import labels

register = template.Library()
register.filter(labels.group_label)
register.filter(labels.session_label)
