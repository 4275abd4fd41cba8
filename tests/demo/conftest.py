import pytest

from tests.loaded_demo import load_demo


@pytest.fixture
def loaded(session):
    load_demo()
    return session
