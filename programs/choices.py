from django.db import models


class Focus(models.TextChoices):
    """What a program treats; it decides which diagnoses a plan needs (R-10)."""

    SUBSTANCE_USE = "substance use", "Substance use"
    MENTAL_HEALTH = "mental health", "Mental health"
    CO_OCCURRING = "co-occurring", "Co-occurring"


class Population(models.TextChoices):
    ADULT = "adult", "Adults"
    ADOLESCENT = "adolescent", "Adolescents"


class LevelOfCare(models.TextChoices):
    """The level under the name the provider's criteria give it: ASAM's number, or the plain one."""

    IOP = "IOP", "Intensive outpatient (IOP)"
    ASAM_2_1 = "2.1", "ASAM 2.1 intensive outpatient"
    PHP = "PHP", "Partial hospitalization (PHP)"
    ASAM_2_5 = "2.5", "ASAM 2.5 partial hospitalization"


class AttendedBy(models.TextChoices):
    """Who is in the room. A family-only group books no patient and gives no patient minutes."""

    PATIENT = "patient", "Patient"
    PATIENT_AND_FAMILY = "patient and family", "Patient and family"
    FAMILY_ONLY = "family only", "Family only"


class NoteKind(models.TextChoices):
    NONE = "none", "No note"
    SHARED = "shared", "Shared note only"
    INDIVIDUAL = "individual", "Individual note"


class Expected(models.TextChoices):
    """Whether not coming is an absence; an optional session makes none."""

    REQUIRED = "required", "Required"
    OPTIONAL = "optional", "Optional"


class CapClass(models.TextChoices):
    """Which `group_cap_*` key of the policy limits a group's size (R-26, R-27)."""

    THERAPY = "therapy", "Therapy"
    EDUCATION = "education", "Education"
    MULTIFAMILY = "multifamily", "Multi-family"
    NONE = "none", "No cap"


class LeadRow(models.TextChoices):
    """The rows of the matrix that says whose credential may lead what (R-30)."""

    ASSESSMENT = "assessment", "Biopsychosocial assessment and diagnosis"
    PLAN_AUTHOR = "plan author", "Treatment plan author"
    INDIVIDUAL = "individual therapy", "Individual therapy"
    GROUP = "group therapy", "Group therapy"
    FAMILY = "family therapy", "Family therapy"
    EDUCATION = "education", "Psychoeducation and skills"
    TWELVE_STEP = "12-step", "12-step facilitation"
    WELLNESS = "wellness", "Wellness and activity"
    MEDICATION = "medication", "Medication management"
    NURSING = "nursing", "Nursing assessment"
    PEER = "peer support", "Peer support"


class Weekday(models.IntegerChoices):
    """Numbered as `date.weekday()` does."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class LeaderRole(models.TextChoices):
    LEAD = "lead", "Lead"
    CO_LEAD = "co-lead", "Co-lead"


class LeadAnswer(models.TextChoices):
    """What the lead matrix says of one kind of clinician and one kind of service (R-30)."""

    YES = "yes", "may lead"
    SUPERVISED = "S", "may lead, a supervisor co-signs"
    CO_LEAD = "C", "may co-lead only"
    NO = "no", "may not"


class CopyPart(models.TextChoices):
    """What a new program may take over from the one it is made after."""

    WEEK = "week", "Weekly template: groups with their hours"
    TRACKS = "tracks", "Tracks: the weeks in which groups are held"
    DOSES = "doses", "Weekly doses set per patient"
    POLICY = "policy", "The program's own policy values"
    CURRICULA = "curricula", "Its curricula with their topics"
