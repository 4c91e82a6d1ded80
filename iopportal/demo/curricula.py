"""What the groups teach, topic by topic, after SAMHSA's Matrix counselor's manual (in the public domain)."""

from programs.models import Curriculum, Group, Program, Topic

TOPICS = {
    "Early Recovery Skills": [
        "Stop the Cycle",
        "Identifying External Triggers",
        "Identifying Internal Triggers",
        "Introducing 12-Step or Mutual-Help Activities",
        "Body Chemistry in Recovery",
        "Common Challenges in Early Recovery",
        "Thinking, Feeling, and Doing",
        "12-Step Sayings",
    ],
    "Relapse Prevention": [
        "Alcohol",
        "Boredom",
        "Avoiding Relapse Drift",
        "Work and Recovery",
        "Guilt and Shame",
        "Staying Busy",
        "Motivation for Recovery",
        "Truthfulness",
        "Total Abstinence",
        "Anticipating and Preventing Relapse",
        "Trust",
        "Managing Life and Money",
        "Taking Care of Yourself",
        "Emotional Triggers",
        "Recognizing Stress",
        "Managing Anger",
    ],
}


def write_curricula(program: Program) -> None:
    """A curriculum for each group of these names, with its topics in order."""
    curricula = {
        row.name: row
        for row in Curriculum.objects.bulk_create(Curriculum(program=program, name=name) for name in TOPICS)
    }
    Topic.objects.bulk_create(
        Topic(curriculum=curricula[name], position=position, title=title)
        for name, titles in TOPICS.items()
        for position, title in enumerate(titles, start=1)
    )
    groups = list(Group.objects.filter(program=program, name__in=TOPICS))
    for group in groups:
        group.curriculum = curricula[group.name]
    Group.objects.bulk_update(groups, ["curriculum"])
