"""A login of a centre's own that listens on this machine: a whole OpenID Connect issuer, which can be told to lie.

It writes its tokens by hand, with nothing of the libraries that the product checks them with.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.certificates_made import Shown
from tests.standing_clock import THE_CLOCK

CLIENT_ID, CLIENT_SECRET = "raspored", "of one centre only"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGERS_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _signing(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    head = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{head}.{b64(sign(head.encode()))}"


def by_rsa(claims: dict[str, Any], key: rsa.RSAPrivateKey = KEY, kid: str = "one") -> str:
    header = {"alg": "RS256", "kid": kid}
    return _signing(header, claims, lambda head: key.sign(head, padding.PKCS1v15(), hashes.SHA256()))


def by_nobody(claims: dict[str, Any]) -> str:
    return _signing({"alg": "none", "kid": "one"}, claims, lambda _head: b"")


def by_public_key(claims: dict[str, Any]) -> str:
    """HS256 whose secret is what everybody knows."""
    return _signing(
        {"alg": "HS256", "kid": "one"}, claims, lambda head: hmac.new(PUBLIC_PEM, head, hashlib.sha256).digest()
    )


def by_client_secret(claims: dict[str, Any]) -> str:
    return _signing(
        {"alg": "HS256"}, claims, lambda head: hmac.new(CLIENT_SECRET.encode(), head, hashlib.sha256).digest()
    )


@dataclass
class Issuer:
    """What it says, and what it heard. `claims` go over the right ones; None takes one away."""

    port: int = 0
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] = by_rsa
    broken: int = 0  # the status of each answer, where it is out of order
    elsewhere: str = ""  # where an answer of status 302 leads; empty: to its keys
    drips_every_s: float = 0  # it sends its answer a byte at a time and never ends
    left_alone: threading.Event = field(default_factory=threading.Event)  # the client left before its end
    key: rsa.RSAPrivateKey = KEY  # the one that it publishes, by this name
    kid: str = "one"
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/centre"

    def discovery(self) -> dict[str, Any]:
        usual = {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"], "code_challenge_methods_supported": ["S256"],
        }  # fmt: skip
        return {name: value for name, value in (usual | self.document).items() if value is not None}

    def signs_in(self, address: str) -> dict[str, str]:
        """Somebody follows our address and signs in there: what her browser brings back."""
        where = urlsplit(address)
        assert f"{where.scheme}://{where.netloc}{where.path}" == f"{self.url}/authorize"
        told = {name: values[0] for name, values in parse_qs(where.query).items()}
        assert (told["response_type"], told["client_id"]) == ("code", CLIENT_ID)
        assert told["code_challenge_method"] == "S256"
        assert "openid" in told["scope"].split()
        code = secrets.token_urlsafe(12)
        self.codes[code] = told
        return {"state": told["state"], "code": code}

    def page(self, address: str) -> str:
        """What a browser sees there: one press and somebody is signed in."""
        brought = self.signs_in(address)
        back = f"{self.codes[brought['code']]['redirect_uri']}?{urlencode(brought)}"
        return f"""<!doctype html><html lang="en"><title>Login of the centre</title>
<meta name="viewport" content="width=device-width"><h1>Login of the centre</h1>
<p><a href="{escape(back)}">Sign in</a></p>"""

    def token(self, form: dict[str, str], authorization: str) -> dict[str, str] | None:
        """What a code buys, once, from who knows the secret and the verifier; None: refused."""
        told = self.codes.pop(form.get("code", ""), None)
        pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        challenge = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if told is None or authorization != f"Basic {pair}" or form.get("grant_type") != "authorization_code":
            return None
        if told["code_challenge"] != challenge or form.get("redirect_uri") != told["redirect_uri"]:
            return None
        now = int(THE_CLOCK.now().timestamp())
        usual = {"iss": self.url, "sub": "7", "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": told["nonce"]}
        usual |= {"auth_time": now - 60}
        usual |= {"email": "marija@centre.example", "email_verified": True}
        claims = {name: value for name, value in (usual | self.claims).items() if value is not None}
        return {"access_token": "open", "token_type": "Bearer", "id_token": self.sign(claims)}

    def keys(self) -> dict[str, Any]:
        numbers = self.key.public_key().public_numbers()
        key = {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": "RS256"}
        return {"keys": [key | {"n": _number(numbers.n), "e": _number(numbers.e)}]}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        issuer: Issuer = self.server.issuer
        issuer.asked.append(self.path)
        answers = {"/centre/.well-known/openid-configuration": issuer.discovery, "/centre/keys": issuer.keys}
        if self.path == "/centre/userinfo" and self.headers["Authorization"] == "Bearer open":
            answers["/centre/userinfo"] = lambda: issuer.userinfo
        if self.path.startswith("/centre/authorize?"):
            self._show(issuer.page(f"https://localhost:{issuer.port}{self.path}"))
            return
        found = answers.get(self.path)
        self._answer(found() if found else None)

    def do_POST(self):
        issuer: Issuer = self.server.issuer
        issuer.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(issuer.token(form, self.headers.get("Authorization", "")))

    def _show(self, page):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def _answer(self, told):
        status = self.server.issuer.broken or (400 if told is None else 200)
        text = json.dumps(told or {"error": "invalid_grant"}).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.server.issuer.elsewhere or f"{self.server.issuer.url}/keys")
        if self.server.issuer.drips_every_s:
            self.end_headers()
            self._drip()
            return
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _drip(self):
        try:
            for _byte in range(200):
                self.wfile.write(b" ")
                time.sleep(self.server.issuer.drips_every_s)
        except OSError:
            self.server.issuer.left_alone.set()

    def log_message(self, *_args):
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_args):
        """A client that does not trust us leaves in the middle of TLS."""


@contextmanager
def an_issuer(shown: Shown) -> Iterator[Issuer]:
    """It runs behind TLS until the test is over."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.socket = shown.context().wrap_socket(server.socket, server_side=True)
    server.issuer = Issuer(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.issuer
    server.shutdown()
    thread.join()
    server.server_close()
