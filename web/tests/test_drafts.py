from web.drafts import LARGEST, discard_draft, keep_draft
from web.models import ServerDraft


def test_the_newest_draft_of_an_address_takes_the_place_of_the_one_before(db):
    keep_draft(user_id=1, address="/notes/1/", fields={"text": ["first"]})
    keep_draft(user_id=1, address="/notes/1/", fields={"text": ["second"]})
    keep_draft(user_id=2, address="/notes/1/", fields={"text": ["another's"]})
    assert [draft.fields for draft in ServerDraft.objects.of(1)] == [{"text": ["second"]}]


def test_a_draft_that_is_far_too_large_is_not_kept(db):
    assert keep_draft(user_id=1, address="/notes/1/", fields={"text": ["x" * (LARGEST + 1)]}) is None
    assert keep_draft(user_id=1, address="/" + "x" * 200, fields={"text": ["x"]}) is None
    assert ServerDraft.objects.count() == 0


def test_nobody_discards_the_draft_of_another(db):
    draft = keep_draft(user_id=1, address="/notes/1/", fields={"text": ["mine"]})
    discard_draft(user_id=2, pk=draft.pk)
    assert ServerDraft.objects.of(1).count() == 1
    discard_draft(user_id=1, pk=draft.pk)
    assert ServerDraft.objects.of(1).count() == 0
