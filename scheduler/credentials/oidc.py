"""The centre's own login says who somebody is: OpenID Connect's code flow with PKCE, state and nonce.

Only the issuer's own host is asked, over TLS that is checked, without following anybody elsewhere. Authlib and joserfc
come with an extra (requirements/oidc.txt): they are imported where a login is configured, and nowhere else.
"""

import datetime as dt
import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from scheduler.core import tls
from scheduler.core.base64url import as_base64url
from scheduler.own_login import OwnLogin

ISSUER_TIMEOUT_S = 5
LONGEST_ISSUER_ANSWER = 256 * 1024
LONGEST_SUBJECT = 255  # OpenID Connect Core, 2
CLOCKS_DIFFER_S = 60
FACTORS_LAST_S = 12 * 3600  # as a sign-in of staff does
DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]  # of key pairs only
KEY_TYPES = ("RSA", "EC")
KNOWN_BY_HEART, HELD_IN_HAND = {"pwd", "pin"}, {"otp", "hwk", "swk"}  # RFC 8176
TWO_FACTORS = {  # classes that nobody reaches with one thing alone
    "https://refeds.org/profile/mfa",
    "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
    "phr",
    "phrh",
}
# An issuer that hangs must not hold every thread of the server.
_at_once = threading.BoundedSemaphore(2)


class IssuerSilent(OSError):
    """The issuer gave no usable answer."""


class NotProven(Exception):
    """What came back from the issuer proves nobody. The text is for the log and repeats nothing that came."""


@dataclass(frozen=True)
class IssuerClient:
    """We, as the issuer knows us."""

    login: OwnLogin
    callback: str
    secret_key: str = field(repr=False)
    ca_file: str = ""

    def derived(self, what: str, state: str) -> str:
        """The nonce or the verifier of one question: only its state is kept, by the browser."""
        digest = hmac.new(self.secret_key.encode(), f"oidc {what}:{state}".encode(), hashlib.sha256).digest()
        return as_base64url(digest)


@dataclass(frozen=True)
class LoginAnswer:
    """What the browser brought back; `issuer`: as the answer says itself (RFC 9207), if it does."""

    state: str
    code: str = field(repr=False)
    issuer: str | None = None


@dataclass(frozen=True)
class LoginProof:
    """Whom the issuer has named: by what is hers there for good, and by her address, where it has verified that."""

    issuer: str
    subject: str
    email: str | None
    two_factors: bool


def login_address(client: IssuerClient, state: str) -> str:
    """Where the browser goes to sign in. Raises: IssuerSilent."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    with _slot():
        known = _discovered(client)
    # who is to show two factors there shows them anew once they are old
    fresh = {"max_age": str(FACTORS_LAST_S)} if client.login.trusts_second_factor else {}
    address: str = prepare_grant_uri(
        _endpoint(client, known, "authorization_endpoint"),
        client_id=client.login.client_id,
        response_type="code",
        redirect_uri=client.callback,
        scope="openid email",
        state=state,
        nonce=client.derived("nonce", state),
        code_challenge=create_s256_code_challenge(client.derived("verifier", state)),
        code_challenge_method="S256",
        **fresh,
    )
    return address


def proof_of(client: IssuerClient, answer: LoginAnswer, *, now: dt.datetime) -> LoginProof:
    """Whom the code names, after the token that it buys was checked. Raises: NotProven, IssuerSilent."""
    state, issuer = answer.state, client.login.issuer
    if answer.issuer not in (None, issuer):
        raise NotProven("the answer of another issuer")
    with _slot():
        known = _discovered(client)
        if answer.issuer is None and known.get("authorization_response_iss_parameter_supported") is True:
            raise NotProven("the answer does not say whose it is")
        bought = _bought(client, known, state, answer.code)
        keys = _asked(client, _endpoint(client, known, "jwks_uri")).get("keys")
        claims = _claims(client, bought, keys if isinstance(keys, list) else [], state, now)
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise NotProven("no name for the person")
        told = claims if "email" in claims else _told_besides(client, known, bought, subject)
    email = told.get("email")
    verified = isinstance(email, str) and told.get("email_verified") is True
    return LoginProof(issuer, subject, email if verified else None, _says_two_factors(claims, now))


def faults_of_issuer(client: IssuerClient) -> str:
    """What is wrong with how the issuer describes itself, for who sets it up; empty: nothing is.

    Raises: IssuerSilent, NotProven, and any other OSError of the way there.
    """
    from authlib.oidc.discovery import OpenIDProviderMetadata

    with _slot():
        known = _discovered(client)
        try:
            OpenIDProviderMetadata(known).validate()
        except (ValueError, TypeError, AttributeError) as error:
            return f"its metadata is not valid: {error}"
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _endpoint(client, known, name)
        if "S256" not in known.get("code_challenge_methods_supported", ["S256"]):
            return "it knows no PKCE by S256"
        keys = _asked(client, _endpoint(client, known, "jwks_uri")).get("keys")
    usable = isinstance(keys, list) and any(isinstance(key, dict) and key.get("kty") in KEY_TYPES for key in keys)
    return "" if usable else "it shows no RSA or EC key to check its tokens with"


def _says_two_factors(claims: Mapping[str, Any], now: dt.datetime) -> bool:
    """Whether the token says that more than one thing was asked for, and today: some logins remember for weeks."""
    asked_at = claims.get("auth_time")
    if not isinstance(asked_at, int | float) or now.timestamp() - asked_at > FACTORS_LAST_S + CLOCKS_DIFFER_S:
        return False
    named = claims.get("amr")
    methods = {one for one in named if isinstance(one, str)} if isinstance(named, list) else set()
    both = bool(methods & KNOWN_BY_HEART) and bool(methods & HELD_IN_HAND)
    return "mfa" in methods or both or str(claims.get("acr")) in TWO_FACTORS


def _bought(client: IssuerClient, known: Mapping[str, Any], state: str, code: str) -> dict[str, Any]:
    """What the issuer gives for the code: it takes each code once."""
    from authlib.oauth2.auth import ClientAuth
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    body = prepare_token_request(
        "authorization_code",
        redirect_uri=client.callback,
        code=code,
        code_verifier=client.derived("verifier", state),
    )
    ways = known.get("token_endpoint_auth_methods_supported")
    by_form = isinstance(ways, list) and "client_secret_basic" not in ways and "client_secret_post" in ways
    auth = ClientAuth(
        client_id=client.login.client_id,
        client_secret=client.login.client_secret,
        auth_method="client_secret_post" if by_form else "client_secret_basic",
    )
    where = _endpoint(client, known, "token_endpoint")
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    url, headers, body = auth.prepare("POST", where, headers, body)
    return _asked(client, url, body=body, headers=headers)


def _claims(
    client: IssuerClient, bought: Mapping[str, Any], keys: list[Any], state: str, now: dt.datetime
) -> Mapping[str, Any]:
    """What the ID token says, once its signature, issuer, audience, dates and nonce hold. Raises: NotProven."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jws, jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    token = bought.get("id_token")
    if not isinstance(token, str):
        raise NotProven("no ID token")
    try:
        header = jws.extract_compact(token.encode()).headers()
        signed = jwt.decode(token, JWKRegistry.import_key(_key_named(keys, header)), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": client.login.issuer},
                "aud": {"essential": True, "value": client.login.client_id},
            },
            params={
                "nonce": client.derived("nonce", state),
                "client_id": client.login.client_id,
                "access_token": bought.get("access_token"),
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER_S)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:  # whatever a forger may write
        raise NotProven(f"the ID token does not hold: {type(error).__name__}") from error
    return claims  # type: ignore[no-any-return]


def _key_named(keys: list[Any], header: Mapping[str, Any]) -> dict[str, Any]:
    """The one public key that the token says it is signed with; without a name only where there is a single key."""
    fit = [key for key in keys if isinstance(key, dict) and key.get("kty") in KEY_TYPES and key.get("use") != "enc"]
    if "kid" in header:
        fit = [key for key in fit if key.get("kid") == header["kid"]]
    if len(fit) != 1:
        raise NotProven("the key of the ID token is not known")
    return fit[0]


def _told_besides(
    client: IssuerClient, known: Mapping[str, Any], bought: Mapping[str, Any], subject: str
) -> Mapping[str, Any]:
    """The address, of an issuer that leaves it out of the token; about the same person, or it counts for nothing."""
    if "userinfo_endpoint" not in known or not isinstance(bought.get("access_token"), str):
        return {}
    headers = {"Accept": "application/json", "Authorization": f"Bearer {bought['access_token']}"}
    told = _asked(client, _endpoint(client, known, "userinfo_endpoint"), headers=headers)
    return told if told.get("sub") == subject else {}


def _discovered(client: IssuerClient) -> dict[str, Any]:
    known = _asked(client, client.login.issuer.rstrip("/") + DISCOVERY)
    if known.get("issuer") != client.login.issuer:
        raise IssuerSilent("it calls itself by another name than OIDC_ISSUER")
    return known


def _endpoint(client: IssuerClient, known: Mapping[str, Any], name: str) -> str:
    """An address of the issuer, which lies on its own host; nobody is asked, and no browser led, elsewhere."""
    address = known.get(name)
    if not isinstance(address, str) or _origin(address) != _origin(client.login.issuer):
        raise IssuerSilent(f"its {name} is not on the host of OIDC_ISSUER")
    return address


def _origin(address: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname or "", parts.port or 443
    except ValueError as error:
        raise IssuerSilent("an address that is none") from error


@contextmanager
def _slot() -> Iterator[None]:
    if not _at_once.acquire(timeout=ISSUER_TIMEOUT_S):
        raise IssuerSilent("too many wait for it")
    try:
        yield
    finally:
        _at_once.release()


@contextmanager
def _cut_off_in_time(connection: socket.socket) -> Iterator[None]:
    """Ends the whole exchange: the timeout of a socket starts again with each byte that arrives."""

    def cut_off() -> None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(ISSUER_TIMEOUT_S, cut_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _asked(
    client: IssuerClient, address: str, *, body: str | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The object that the issuer answers. Raises: NotProven where it refuses, IssuerSilent for anything else."""
    _, host, port = _origin(address)
    where = urlsplit(address)
    line = http.client.HTTPSConnection(host, port, timeout=ISSUER_TIMEOUT_S, context=tls.checking(client.ca_file))
    try:
        line.connect()
        path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        with _cut_off_in_time(line.sock):
            line.request("GET" if body is None else "POST", path, body, dict(headers or {"Accept": "application/json"}))
            answer = line.getresponse()
            text = answer.read(LONGEST_ISSUER_ANSWER + 1)
    except ssl.SSLError:  # one about certificates is a ValueError, too
        raise
    except (http.client.HTTPException, ValueError) as error:
        raise IssuerSilent("no HTTP answer") from error
    finally:
        line.close()
    if 400 <= answer.status < 500:
        raise NotProven(f"the issuer refused: {answer.status}")
    try:
        told = json.loads(text) if answer.status == 200 and len(text) <= LONGEST_ISSUER_ANSWER else None
    except (ValueError, RecursionError) as error:
        raise IssuerSilent("no JSON") from error
    if not isinstance(told, dict):
        raise IssuerSilent(f"answered {answer.status}, or too much, or no object")
    return told
