import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

import waitress
from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from waitress import wasyncore
from waitress.server import TcpWSGIServer


class Command(BaseCommand):
    help = "Serve the portal with waitress. --prepare brings database, static files and demo up to date first."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--prepare", action="store_true")
        parser.add_argument("--only-prepare", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["prepare"]:
            self.prepare()
        if not options["only_prepare"]:
            self.serve(options["host"], options["port"])

    def prepare(self) -> None:
        executor = MigrationExecutor(connection)
        first_start = not executor.loader.applied_migrations
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if settings.DEMO and first_start:
            call_command("load_demo", stdout=self.stdout)
        connection.close()

    def serve(self, host: str, port: int) -> None:
        from iopportal.wsgi import application  # now, for it reads once which static files there are

        try:
            server = waitress.create_server(application, host=host, port=port, threads=8, ident=None)
        except OSError as error:
            raise SystemExit(
                f"Port {port} cannot be opened ({error.strerror}). Choose another: PORT=8001 make run"
            ) from None
        self.stdout.write(f"The portal is at http://localhost:{port}  (Ctrl+C ends it)")
        run_until_told_to_stop(server)


def run_until_told_to_stop(server: TcpWSGIServer) -> None:
    """Serve until SIGTERM or Ctrl+C; then take no new connection and let those under way finish (25 s at most)."""
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()
        server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping.is_set():
        wasyncore.loop(timeout=1, map=server._map, count=1)
    wasyncore.dispatcher.close(server)  # only the listener; what is open stays open
    deadline = time.monotonic() + 25
    while busy(server) and time.monotonic() < deadline:
        wasyncore.loop(timeout=0.1, map=server._map, count=1)
    server.task_dispatcher.shutdown(timeout=1)


def busy(server: TcpWSGIServer) -> bool:
    """Whether a request is being worked on, or an answer is not sent out yet."""
    return any(channel.requests or channel.total_outbufs_len for channel in server.active_channels.values())
