import os
from argparse import ArgumentParser

from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse

from staff import actions
from staff.choices import Role
from staff.models import User
from web.refusals import Refusal


class Command(BaseCommand):
    help = "Make an account, or find the one there is, and print a one-time link with which its owner sets a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the user name to sign in with")
        parser.add_argument("--role", help=", ".join(role.value for role in Role))
        parser.add_argument("--superuser", action="store_true", help="give every permission; for administrators")

    def handle(self, name: str, role: str | None, superuser: bool, **options: object) -> None:
        if role is not None and role not in Role.values:
            raise CommandError(f"There is no role “{role}”. The roles are: {', '.join(Role.values)}.")
        roles = {Role(role)} if role else set()
        try:
            UnicodeUsernameValidator()(name)
            with transaction.atomic():
                token = actions.invite(user=account(name, roles, superuser=superuser), by=None)
        except ValidationError as error:
            raise CommandError(f"“{name}” cannot be a user name: {' '.join(error.messages)}") from error
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"{origin()}{reverse('invitation', args=[token])}")
        self.stderr.write(f"It works once, for {settings.INVITATION_HOURS} hours, and is not shown again.")


def origin() -> str:
    """Where people open the portal, as far as the settings say."""
    if settings.SECURE:
        return f"https://{settings.ALLOWED_HOSTS[0].lstrip('.')}"
    return f"http://localhost:{os.environ.get('PORT', '8000')}"


def account(name: str, roles: set[Role], *, superuser: bool) -> User:
    """The account of that name, made if missing, with the roles added."""
    user = User.objects.filter(username=name.lower()).first()
    if user is None:
        return actions.add_user(username=name, by=None, roles=roles, superuser=superuser)
    actions.set_roles(user=user, roles=set(user.roles) | roles, by=None)
    if superuser and not user.is_superuser:
        actions.make_superuser(user=user, by=None)
    return user
