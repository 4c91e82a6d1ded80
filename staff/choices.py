from django.db import models


class Role(models.TextChoices):
    """What someone does here. Each is a Django group of the same name, with its permissions in iopportal/roles.py."""

    DIRECTOR = "director", "Clinical director"
    CLINICIAN = "clinician", "Clinician"
    INTERN = "intern", "Intern"
    CASE_MANAGER = "case manager", "Case manager"
    MEDICAL = "medical", "Medical"
    FRONT_DESK = "front desk", "Front desk"
    BILLING = "billing", "Billing and utilization review"
    AUDITOR = "auditor", "Auditor"


class LeadColumn(models.TextChoices):
    """What kind of clinician a credential makes: the columns of the matrix that says who may lead what (R-30)."""

    INDEPENDENT = "independent", "Independent clinician"
    SUPERVISED = "supervised", "Supervised clinician"
    LCADC = "LCADC", "LCADC"
    CADC = "CADC", "CADC or CAC"
    NURSE = "RN", "Registered nurse"
    PRESCRIBER = "prescriber", "Prescriber"
    PEER = "peer", "Peer specialist"
    INTERN = "intern", "Intern"
    TECHNICIAN = "BHT", "Behavioral health technician"


class AwayKind(models.TextChoices):
    """Why someone is away, as far as colleagues need to know."""

    VACATION = "vacation", "Vacation"
    SICK = "sick", "Sick leave"
    TRAINING = "training", "Training"
    LEAVE = "leave", "Leave"
