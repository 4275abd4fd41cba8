"""What `make check` leaves out for its minute, `make test` runs; what that leaves out, `make test-everything` runs."""

from contextlib import nullcontext

import hypothesis
import pytest

from tools import checks


def steps_of(monkeypatch: pytest.MonkeyPatch, which: str) -> dict[str, tuple[str, ...]]:
    """Each step by its name, with its command and its further arguments."""
    steps = {}

    def noted(name: str, line: str, *more: str, env: dict[str, str]) -> bool:
        steps[name] = (line, *more)
        return True

    monkeypatch.setattr(checks, "is_good", noted)
    monkeypatch.setattr(checks, "both", lambda: nullcontext({}))
    assert checks.check(which) == []
    return steps


def test_every_step_of_the_fast_loop_is_one_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    fast, every, static = (steps_of(monkeypatch, which) for which in ("fast", "test", "static"))

    assert fast.keys() < every.keys() == static.keys() | {"pytest"}
    assert {name: line for name, line in fast.items() if name != "pytest" and every[name] != line} == {}


def test_a_landing_leaves_out_what_is_marked_deep_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    line, *more = steps_of(monkeypatch, "test")["pytest"]
    left_out = ("-m ", "-k", "--ignore", "--deselect", "--hypothesis-profile", "tests")

    assert [word for word in left_out if word in line.removeprefix("python -m ")] == []
    assert more == ["-m", "not deep and not matrix"]
    assert pytestconfig.getini("addopts")[-2:] == ["-m", "not matrix"]  # which is of `make a11y`


def test_the_fast_loop_tries_fewer_examples_of_the_same_kind_and_the_long_run_more() -> None:
    profiles = [hypothesis.settings.get_profile(name) for name in ("brief", "alike", "thorough")]

    assert "--hypothesis-profile=brief" in checks.FAST_PYTEST
    assert [profile.derandomize for profile in profiles] == [True] * 3
    assert [profile.max_examples for profile in profiles] == [25, 100, 1_000]
