from django.db import models


class SessionStatus(models.TextChoices):
    SCHEDULED = "scheduled", "Scheduled"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Canceled"


class StaffRole(models.TextChoices):
    """What someone does in one session. It takes a lead and a co-lead; an observer may be elsewhere as well."""

    LEAD = "lead", "Lead"
    CO_LEAD = "co-lead", "Co-lead"
    OBSERVER = "observer", "Observer"
    DID_NOT_LEAD = "did not lead", "Planned, did not lead"


LEADING = (StaffRole.LEAD, StaffRole.CO_LEAD)


class Mode(models.TextChoices):
    IN_PERSON = "in person", "In person"
    TELEHEALTH = "telehealth", "Telehealth"


class BookingKind(models.TextChoices):
    ROOM = "room", "Room"
    STAFF = "staff", "Leader"
    PATIENT = "patient", "Patient"
