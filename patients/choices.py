from django.db import models


class NameKind(models.TextChoices):
    PREFERRED = "preferred", "Preferred"
    LEGAL = "legal", "Legal"
    FORMER = "former", "Former"


class EpisodeStatus(models.TextChoices):
    """Where someone is between the first call and the discharge."""

    REFERRED = "referred", "Referred"
    SCREENED = "screened", "Screened"
    WAITLISTED = "waitlisted", "On the waiting list"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    INTAKE = "intake", "Intake"
    ADMITTED = "admitted", "Admitted"
    DISCHARGED = "discharged", "Discharged"


AWAITING = [EpisodeStatus.REFERRED, EpisodeStatus.SCREENED, EpisodeStatus.WAITLISTED]
ACCEPTED = [EpisodeStatus.INTAKE, EpisodeStatus.ADMITTED]
ENDED = [EpisodeStatus.DECLINED, EpisodeStatus.WITHDRAWN, EpisodeStatus.DISCHARGED]

MOVES: dict[EpisodeStatus, list[EpisodeStatus]] = {
    EpisodeStatus.REFERRED: [
        EpisodeStatus.SCREENED,
        EpisodeStatus.WAITLISTED,
        EpisodeStatus.DECLINED,
        EpisodeStatus.WITHDRAWN,
        EpisodeStatus.INTAKE,
    ],
    EpisodeStatus.SCREENED: [
        EpisodeStatus.WAITLISTED,
        EpisodeStatus.DECLINED,
        EpisodeStatus.WITHDRAWN,
        EpisodeStatus.INTAKE,
    ],
    EpisodeStatus.WAITLISTED: [EpisodeStatus.DECLINED, EpisodeStatus.WITHDRAWN, EpisodeStatus.INTAKE],
    EpisodeStatus.INTAKE: [EpisodeStatus.ADMITTED, EpisodeStatus.WITHDRAWN],
    # back to intake: the first attendance was entered in error
    EpisodeStatus.ADMITTED: [EpisodeStatus.INTAKE, EpisodeStatus.DISCHARGED],
    EpisodeStatus.DECLINED: [],
    EpisodeStatus.WITHDRAWN: [],
    EpisodeStatus.DISCHARGED: [],
}


class CareRole(models.TextChoices):
    PRIMARY = "primary", "Primary clinician"
    THERAPIST = "therapist", "Therapist"
    PRESCRIBER = "prescriber", "Prescriber"
    CASE_MANAGER = "case manager", "Case manager"
    NURSE = "nurse", "Nurse"
    PEER = "peer", "Peer support"


class Relation(models.TextChoices):
    PARENT = "parent", "Parent"
    GUARDIAN = "guardian", "Guardian"
    PARTNER = "partner", "Spouse or partner"
    CHILD = "child", "Child"
    SIBLING = "sibling", "Sibling"
    RELATIVE = "relative", "Other relative"
    FRIEND = "friend", "Friend"
    SPONSOR = "sponsor", "Sponsor"
    OTHER = "other", "Other"
