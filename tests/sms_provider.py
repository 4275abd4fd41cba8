"""A provider of short messages that listens on this machine."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class Provider(BaseHTTPRequestHandler):
    """Keeps what it takes in `server.taken` and answers `server.answer`."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, dict(self.headers), json.loads(body)))
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_args):
        pass


@contextmanager
def a_provider(context: ssl.SSLContext | None = None) -> Iterator[HTTPServer]:
    """Answers 202 until `server.answer` is another status; behind TLS where a context is given."""
    server = HTTPServer(("127.0.0.1", 0), Provider)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.taken, server.answer = [], 202
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
