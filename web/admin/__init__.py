"""The bases of every set-up page in the admin."""

from .changes import changed, plain
from .fields import PlainFields
from .pages import PortalModelAdmin, ShortCount
from .rows import DistinctRows, KnownRows, PortalInline

__all__ = [
    "DistinctRows",
    "KnownRows",
    "PlainFields",
    "PortalInline",
    "PortalModelAdmin",
    "ShortCount",
    "changed",
    "plain",
]
