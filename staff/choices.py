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
