"""What a stored password costs whoever guesses it. Other tests hash cheaply (`tests/conftest.py`)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

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


class Counting:
    """A hasher that notes how many threads were in it at once, and lets the others run meanwhile."""

    def __init__(self) -> None:
        self.inside = self.most = self.calls = 0

    def hash(self, _password: str) -> str:
        self.inside += 1
        self.most = max(self.most, self.inside)
        for _ in range(100):
            time.sleep(0)
        self.inside -= 1
        self.calls += 1
        return "made"

    def verify(self, _stored: str, password: str) -> bool:
        return bool(self.hash(password))


def test_one_hash_at_a_time_in_a_process_however_many_threads_ask(app, monkeypatch):
    counting = Counting()
    monkeypatch.setattr(passwords, "_hasher", counting)
    together = threading.Barrier(8)

    def sign_in(number: int) -> bool:
        together.wait()
        with app.app_context():
            return passwords.fits("stored", "typed") if number % 2 else passwords.hash_password("typed") == "made"

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(sign_in, range(8)))

    assert (counting.calls, counting.most) == (8, 1)
