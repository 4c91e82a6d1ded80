from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from staff import actions
from staff.models import User


class Command(BaseCommand):
    help = "Close an account and end its sessions at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the user name to sign in with")

    def handle(self, name: str, **options: object) -> None:
        user = User.objects.filter(username=name.lower()).first()
        if user is None:
            raise CommandError(f"Nobody here has the user name “{name}”.")
        actions.deactivate(user=user, by=None)
        self.stdout.write(f"{user.username} is deactivated and signed out everywhere.")
