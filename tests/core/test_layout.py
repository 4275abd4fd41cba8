"""Where templates, styles and migrations are found, in a checkout and in an installed wheel."""

from pathlib import Path

import pytest

from scheduler import layout
from scheduler.config import ROOT, usual_instance
from scheduler.settings_file import BadSettings


def test_in_a_checkout_they_lie_at_its_top():
    assert not layout.is_installed()
    assert layout.place_of("templates") == ROOT / "templates"
    assert usual_instance() == ROOT / "instance"


def test_in_a_wheel_they_lie_inside_the_package(tmp_path: Path):
    (tmp_path / "_installed").mkdir()

    assert layout.is_installed(tmp_path)
    assert layout.place_of("templates", tmp_path) == tmp_path / "_installed" / "templates"


def test_a_wheel_keeps_nothing_beside_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "_installed").mkdir()
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadSettings, match="INSTANCE is missing"):
        usual_instance(tmp_path)

    (tmp_path / "instance").mkdir()
    assert usual_instance(tmp_path) == tmp_path / "instance"
