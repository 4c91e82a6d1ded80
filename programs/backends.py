from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import Permission
from django.utils import timezone

from staff.choices import Role

from .models import Posting


class DeputyBackend(BaseBackend):
    """Adds the director's permissions while a deputy posting is in force, by the provider's own calendar day.

    It says what someone may do at all; where they may is `rules.directs`. Nobody signs in through it.
    """

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_deputy_permissions"):
            user_obj._deputy_permissions = _director_permissions() if _is_deputy(user_obj) else set()
        return user_obj._deputy_permissions


def _is_deputy(user: Any) -> bool:
    return Posting.objects.of(user, timezone.localdate()).deputies().exists()


def _director_permissions() -> set[str]:
    named = Permission.objects.filter(group__name=Role.DIRECTOR).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in named.order_by()}
