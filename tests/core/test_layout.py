"""Where templates, styles and migrations are found, in a checkout and in an installed wheel."""

import pytest

from scheduler import layout
from scheduler.config import ROOT, usual_instance
from scheduler.settings_file import BadSettings


def test_files_lie_at_the_top_of_a_checkout_and_inside_a_wheel_that_keeps_nothing_beside_its_code(
    tmp_path, monkeypatch
):
    assert not layout.is_installed()
    assert layout.place_of("templates") == ROOT / "templates"
    assert usual_instance() == ROOT / "instance"

    (tmp_path / "_installed").mkdir()

    assert layout.is_installed(tmp_path)
    assert layout.place_of("templates", tmp_path) == tmp_path / "_installed" / "templates"

    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSettings, match="INSTANCE is missing"):
        usual_instance(tmp_path)

    (tmp_path / "instance").mkdir()
    assert usual_instance(tmp_path) == tmp_path / "instance"
