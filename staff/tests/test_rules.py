import pytest

from staff import rules
from staff.choices import Role

from .factories import make_user

pytestmark = pytest.mark.django_db


def code(refusal):
    return refusal and refusal.code


def test_a_director_gives_every_role_but_director_and_auditor():
    dana, rae = make_user("dana", Role.DIRECTOR), make_user("rae", None)
    refused = [role for role in Role if rules.may_set_roles(dana, rae, [role])]
    assert refused == [Role.DIRECTOR, Role.AUDITOR]


def test_a_director_does_not_take_the_roles_above_either():
    dana, axel = make_user("dana", Role.DIRECTOR), make_user("axel", Role.AUDITOR)
    assert code(rules.may_set_roles(dana, axel, [])) == "withheld"
    assert code(rules.may_set_roles(dana, axel, [Role.AUDITOR, Role.BILLING])) is None


def test_nobody_changes_their_own_roles_not_even_a_superuser():
    admin = make_user("admin", Role.DIRECTOR, is_superuser=True)
    assert code(rules.may_set_roles(admin, admin, [Role.MEDICAL])) == "own_roles"
    assert code(rules.may_set_roles(admin, admin, [Role.DIRECTOR])) is None


def test_an_account_above_ones_own_is_managed_by_a_superuser_only():
    admin, dana = make_user("admin", None, is_superuser=True), make_user("dana", Role.DIRECTOR)
    other, rae = make_user("omar", Role.DIRECTOR), make_user("rae")
    assert [code(rules.may_manage(dana, user)) for user in (admin, other, rae, dana)] == ["above", "above", None, None]
    assert [code(rules.may_manage(admin, user)) for user in (admin, other, rae, dana)] == [None] * 4


def test_nobody_deactivates_or_invites_themselves():
    dana = make_user("dana", Role.DIRECTOR)
    assert (code(rules.may_deactivate(dana, dana)), code(rules.may_invite(dana, dana))) == ("self", "self")


def test_every_refusal_says_a_next_step():
    dana, admin = make_user("dana", Role.DIRECTOR), make_user("admin", None, is_superuser=True)
    sentences = [
        rules.may_set_roles(dana, dana, []).sentence,
        rules.may_manage(dana, admin).sentence,
        rules.may_invite(dana, dana).sentence,
    ]
    assert sentences == [
        "Nobody changes their own roles. Ask another director.",
        "Only an administrator manages this account. Ask one of them.",
        "Change your own password on your account page instead.",
    ]
