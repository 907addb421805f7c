"""A small real server for tests in a browser: our templates, static files, made-up answers.

It needs no database: pages are rendered as the site renders them, with the site's
content-security policy, and what is posted is answered as the test says.
"""

import mimetypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.test import RequestFactory

from bihuan.base.wording import speak
from bihuan.web.middleware import POLICY, page_context
from bihuan.web.pages import shell

STATIC: Final = Path(shell.__file__).parent.parent / "static"
LOOK: Final = Path(__file__).parent / "look"


@dataclass
class Answer:
    """What the server says: a body with its kind, a status, more headers."""

    body: str | bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Page = Callable[["Asked"], Answer]


@dataclass(frozen=True)
class Asked:
    """What the browser asked."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """Pages by their path; `down` cuts the net, as a phone sees it."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    down: bool = False
    url: str = ""

    def answer(self, asked: Asked) -> Answer | None:
        """Answer what was asked; None: the net is cut."""
        if self.down:
            return None
        self.asked.append(asked)
        if asked.path.startswith("/static/"):
            return _file(STATIC / asked.path.removeprefix("/static/"))
        if asked.path == "/sw.js":
            answer = shell.sw(RequestFactory().get("/sw.js"))
            assert isinstance(answer, HttpResponse)
            return Answer(answer.content, "text/javascript")
        page = self.pages.get(asked.path)
        return page(asked) if page else Answer("", status=404)


def render(source: str, language: str = "zh-Hans", **context: Any) -> str:
    """Render a template written in a test, or one of the folder `look`, as the site does."""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.session = {}  # type: ignore[assignment]  # nobody is logged in
    if source.endswith(".html"):
        source = (LOOK / source).read_text("utf-8")
    with speak(language):
        known = page_context(request) | shell.frame(request) | {"messages": ()}
        known |= {"request": request, "csrf_input": "", "csrf_token": "token"}
        engine = engines["jinja2"]
        assert isinstance(engine, Jinja2)
        page = engine.env.from_string(source)
        return str(page.render(known | context))


def page(source: str, language: str = "zh-Hans", **context: Any) -> Page:
    """A page that is always the same."""
    return lambda _asked: Answer(render(source, language, **context))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args: object) -> None:
        """Let browsers hang up; what goes wrong in a page reaches the test as a 500."""


@contextmanager
def serve(site: Site) -> Iterator[Site]:
    """Serve a site on this machine while the block lasts."""
    server = _Server(("127.0.0.1", 0), _handler(site))
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    site.url = f"http://localhost:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _file(path: Path) -> Answer:
    if not path.is_file():
        return Answer("", status=404)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Answer(path.read_bytes(), kind)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the library's name
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            parts = urlsplit(self.path)
            asked = Asked(
                self.command,
                parts.path,
                parts.query,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            answer = site.answer(asked)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(2)
                return
            body = (
                answer.body if isinstance(answer.body, bytes) else answer.body.encode()
            )
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    return Handler
