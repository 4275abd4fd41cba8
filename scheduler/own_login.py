"""The centre's own login (OpenID Connect), as an operator names it: all of it, or nothing."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import urlsplit

LONGEST_LOGIN_NAME = 40
ANSWER_PATH = "/sign-in/login/answer"  # where the login leads back to


@dataclass(frozen=True)
class OwnLogin:
    """Where staff and presenters may sign in besides, and what is believed of it; without an issuer there is none."""

    issuer: str = ""  # to the letter as the issuer calls itself
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    name: str = ""
    second_factor: str = ""

    @property
    def trusts_second_factor(self) -> bool:
        """Whether a second factor that the issuer has asked for counts as ours."""
        return self.second_factor == "issuer"


def problems_with_login(wanted: OwnLogin) -> list[str]:
    """What an operator must mend before the product starts; nothing is wrong where there is no such login."""
    needed = {
        "OIDC_ISSUER": wanted.issuer,
        "OIDC_CLIENT_ID": wanted.client_id,
        "OIDC_CLIENT_SECRET": wanted.client_secret,
        "OIDC_NAME": wanted.name.strip(),
    }
    if not any((*needed.values(), wanted.second_factor)):
        return []
    problems = []
    if missing := [name for name, said in needed.items() if not said]:
        problems.append(f"a login of the centre's own needs {', '.join(needed)}: {', '.join(missing)} is missing")
    if len(wanted.name) > LONGEST_LOGIN_NAME or not wanted.name.isprintable():
        problems.append(f"OIDC_NAME is no name for a button: one line of at most {LONGEST_LOGIN_NAME} letters")
    if wanted.issuer and not _is_issuer(wanted.issuer):
        problems.append("OIDC_ISSUER must begin with https:// and have no name, no ? and no #")
    if not all(part.isascii() and part.isprintable() for part in (wanted.client_id, wanted.client_secret)):
        problems.append("OIDC_CLIENT_ID or OIDC_CLIENT_SECRET has letters that no issuer gives out")
    if wanted.second_factor not in ("", "own", "issuer"):
        problems.append("OIDC_SECOND_FACTOR is neither own nor issuer")
    if find_spec("authlib") is None:
        problems.append("OIDC_ISSUER needs the package Authlib: install requirements/oidc.txt")
    return problems


def _is_issuer(url: str) -> bool:
    try:
        parts = urlsplit(url)
        whole = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False
    return whole and not (parts.query or parts.fragment or "@" in parts.netloc) and url.isprintable() and " " not in url
