"""What a stored password costs whoever guesses it. Other tests hash cheaply (`tests/conftest.py`)."""

from argon2 import Type

from scheduler.core import passwords
from tests.conftest import HASHERS_OF_THE_PRODUCT


def test_a_hash_costs_what_owasp_asks_in_the_product_and_in_its_demo():
    for hasher in HASHERS_OF_THE_PRODUCT:
        assert hasher.type is Type.ID
        assert hasher.hash("a long pass phrase").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_cost_is_that_of_the_product_when_nobody_lowers_it(app, monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", HASHERS_OF_THE_PRODUCT[0])

    stored = passwords.hash_password("a long pass phrase")

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.fits(stored, "a long pass phrase")
    assert not passwords.fits(stored, "another pass phrase")
