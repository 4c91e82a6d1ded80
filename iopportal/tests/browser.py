"""A real browser on the real server, over a database of the test's own."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import waitress
from axe_playwright_python.sync_playwright import Axe
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress import wasyncore

HOW_TO_GET_IT = "Chromium is not here; the browser tests are skipped. To run them: apt-get install chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip


def executable() -> str | None:
    """The system's Chromium, or None."""
    return next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def served() -> Iterator[str]:
    """The portal on a free port of this machine; gives its address."""
    server = waitress.create_server(get_wsgi_application(), listen="127.0.0.1:0", threads=8)
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            wasyncore.loop(timeout=0.2, map=server._map, count=1)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://localhost:{server.effective_port}"
    finally:
        stopping.set()
        thread.join()
        server.task_dispatcher.shutdown(timeout=5)
        wasyncore.close_all(server._map)


@contextmanager
def opened(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    """A page in a fresh context; anything the browser complains about fails the test."""
    context: BrowserContext = browser.new_context(base_url=address, **options)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def axe_findings(page: Page) -> list[str]:
    """What axe finds on the page as it stands: one line a violation."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['help']} at {[node['target'] for node in v['nodes']][:3]}" for v in found]
