"""What `make check` leaves out for the sake of its minute, `make test` runs."""

from contextlib import nullcontext

import hypothesis
import pytest

from tools import checks


def steps_of(monkeypatch: pytest.MonkeyPatch, *, whole: bool) -> dict[str, tuple[str, ...]]:
    """Each step by its name, with its command and what else that is given."""
    told = {}

    def noted(name: str, line: str, *more: str, env: dict[str, str]) -> bool:
        told[name] = (line, *more)
        return True

    monkeypatch.setattr(checks, "is_good", noted)
    monkeypatch.setattr(checks, "both", lambda: nullcontext({}))
    assert checks.check(whole=whole) == []
    return told


def test_every_step_of_the_fast_loop_is_one_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    fast, every = steps_of(monkeypatch, whole=False), steps_of(monkeypatch, whole=True)

    assert fast.keys() < every.keys()
    assert {name: line for name, line in fast.items() if name != "pytest" and every[name] != line} == {}


def test_all_tests_are_run_with_all_their_examples(
    monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    (line,) = steps_of(monkeypatch, whole=True)["pytest"]
    left_out = ("-m ", "-k", "--ignore", "--deselect", "--hypothesis-profile", "tests")

    assert [word for word in left_out if word in line.removeprefix("python -m ")] == []
    assert pytestconfig.getini("addopts")[-2:] == ["-m", "not matrix"]  # which is of `make a11y`


def test_the_fast_loop_tries_fewer_examples_of_the_same_kind() -> None:
    alike, brief = (hypothesis.settings.get_profile(name) for name in ("alike", "brief"))

    assert "--hypothesis-profile=brief" in checks.FAST_PYTEST
    assert (alike.derandomize, brief.derandomize) == (True, True)
    assert 0 < brief.max_examples < alike.max_examples
