from datetime import UTC, date, datetime

import pytest

from patients import rules
from patients.choices import EpisodeStatus
from patients.models import Episode

from .factories import make_episode

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
LATE = datetime(2026, 11, 21, 3, tzinfo=UTC)  # the evening of November 20 in New York


def test_an_accepted_episode_lacks_its_assessment_since_the_local_day_of_acceptance(house):
    episode = make_episode(program=house.evening, accepted_at=LATE, primary=house.rae)
    due = date(2026, 11, 20)
    assert rules.gaps(episode, DAY) == [rules.Gap("No level-of-care assessment", "R-02", due, house.rae)]


def test_an_episode_without_a_primary_says_so_and_its_gaps_have_no_owner(house):
    episode = make_episode(program=house.evening, accepted_at=LATE, status=EpisodeStatus.INTAKE)
    assert [(gap.rule, gap.owner) for gap in rules.gaps(episode, DAY)] == [("R-02", None), ("R-33", None)]


@pytest.mark.parametrize("status", [EpisodeStatus.REFERRED, EpisodeStatus.DECLINED, EpisodeStatus.DISCHARGED])
def test_who_is_not_accepted_or_no_longer_here_lacks_nothing(status):
    assert rules.gaps(make_episode(status=status), DAY) == []


def test_the_gaps_of_a_list_need_no_query_of_their_own(house, django_assert_num_queries):
    make_episode(program=house.evening, primary=house.rae)
    (episode,) = Episode.objects.for_list(DAY)
    with django_assert_num_queries(0):
        assert len(rules.gaps(episode, DAY)) == 1
