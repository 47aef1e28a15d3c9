"""A tiny server that answers what a test tells it to, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable
import unittest

from pivot_client import PIVOTClient

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


def replying(status: int = 200, body: object = None, **headers: str) -> Answer:
    """Answers with JSON."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        request.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(content)

    return answer


def feeding(text: str) -> Answer:
    """Answers with a feed that ends, or breaks off, behind the text."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/event-stream")
        request.end_headers()
        request.wfile.write(text.encode())

    return answer


def hanging_up(request: BaseHTTPRequestHandler) -> None:
    """Answers nothing."""
    request.close_connection = True


class ScriptedTest(unittest.TestCase):
    """Has a server with a script, and a client of it that does not really wait."""

    def setUp(self) -> None:
        self.script: list[Answer] = []
        self.asked: list[Asked] = []
        self.waited: list[float] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append(Asked(self.command, self.path, dict(self.headers), body))
                (outer.script.pop(0) if outer.script else replying(500, {"error": {"code": "SCRIPT", "message": "The script is over."}}))(self)

            do_GET = do_POST = do_PUT = do_DELETE = _any

            def log_message(self, format: str, *args: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.client = PIVOTClient(base_url=f"http://127.0.0.1:{self.server.server_port}", api_key="key-1", timeout=5)
        self.client._sleep = self.waited.append
