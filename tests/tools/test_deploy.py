"""What an operator copies from deploy/ is taken by the programs that read it, and closes what it can."""

import re
import subprocess
from pathlib import Path

import pytest

from tools.certificates import Authority
from tools.site import Site

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy").glob("*.service"))
MOST_EXPOSED = 30  # tenths, as --threshold counts: below 3


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, nginx: str, openssl: str) -> Site:
    folder = tmp_path_factory.mktemp("site")
    pair = Authority(folder / "authority").signs("raspored.example.org")
    return Site(folder / "nginx", pair.certificate, pair.key)


def test_nginx_reads_its_file(site: Site):
    assert site.problem() == ""


def test_a_file_that_nginx_cannot_read_is_found(site: Site):
    broken = Site(site.folder.with_name("broken"), Path("/nowhere.pem"), site.key)

    assert "/nowhere.pem" in broken.problem()


def test_nginx_tells_no_address_and_shows_no_figures():
    text = (ROOT / "deploy/nginx.conf").read_text()

    assert set(re.findall(r"access_log (\S+);", text)) == {"off"}
    assert len(re.findall(r"access_log off;", text)) == len(re.findall(r"^server \{", text, re.MULTILINE))
    assert set(re.findall(r"error_log \S+ (\S+);", text)) == {"crit"}
    assert "location ^~ /metrics {" in text


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_closes_what_it_does_not_need(unit: Path, systemd_analyze: str):
    line = [systemd_analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED - 1}", "--no-pager", str(unit)]

    done = subprocess.run(line, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_an_open_unit_is_found(tmp_path: Path, systemd_analyze: str):
    unit = tmp_path / "open.service"
    unit.write_text("[Service]\nExecStart=/bin/true\n")
    line = [systemd_analyze, "security", "--offline=true", f"--threshold={MOST_EXPOSED - 1}", "--no-pager", str(unit)]

    assert subprocess.run(line, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_may_write_its_instance_only(unit: Path):
    """And the nightly backup its folder of backups."""
    more = " /var/backups/raspored" if unit.stem == "raspored-backup" else ""

    written = re.findall(r"^ReadWritePaths=(.*)$", unit.read_text(), re.MULTILINE)
    assert written == [f"/opt/raspored/instance{more}"]
