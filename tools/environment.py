"""Makes .venv/ what the locked requirements say, and does nothing when it already is. Standard library only.

    python3 tools/environment.py run          requirements.txt
    python3 tools/environment.py run test     and what checks and tests need

The environment is built under another name and renamed when it is complete, so a build that was cut off is never
mistaken for a good one. A stamp for each set holds the hash of its files, the Python version and the folder.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SETS = {
    "run": ("requirements.txt",),
    "test": ("requirements.txt", "requirements-scale.txt", "requirements-dev.txt"),
}


class CannotBuild(Exception):
    """One line that says what a person has to do."""


def wanted_stamp(name: str, root: Path) -> str:
    """What the stamp of that set reads when nothing is left to do."""
    digest = hashlib.sha256()
    digest.update(f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]} {root}\n".encode())
    for file in SETS[name]:
        digest.update((root / file).read_bytes())
    return digest.hexdigest()


def is_current(name: str, venv: Path) -> bool:
    """True when that set is installed as its files say and its Python can still be started."""
    stamp = venv / f"stamp-{name}"
    return (
        (venv / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == wanted_stamp(name, venv.parent)
    )


def run(*command: str | Path) -> None:
    """Run a command with nothing to read. Raises: CannotBuild."""
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise CannotBuild(f"failed with code {done.returncode}: {' '.join(str(part) for part in command)}")


def has_ensurepip() -> bool:
    """True when `python -m venv` can put pip into what it makes."""
    asked = subprocess.run(
        [sys.executable, "-c", "import ensurepip; ensurepip.version()"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return asked.returncode == 0


def need_ensurepip() -> None:
    """Debian splits `venv` off from python3: install it when allowed to. Raises: CannotBuild."""
    if has_ensurepip():
        return
    python = Path(sys.executable).resolve()
    if not python.is_relative_to("/usr/bin"):
        raise CannotBuild(f"{sys.executable} has no ensurepip module: name another one, make PYTHON=/usr/bin/python3")
    usual = python == Path("/usr/bin/python3").resolve()
    package = "python3-venv" if usual else f"python3.{sys.version_info[1]}-venv"
    install_packages([package])
    if not has_ensurepip():
        raise CannotBuild(f"{package} is installed, but {sys.executable} still has no ensurepip module")


def install_packages(packages: list[str]) -> None:
    """Install Debian packages, as root only. Raises: CannotBuild with the command for somebody who may."""
    command = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotBuild(f"missing on this machine; as root: {command}")
    print(f"installing {' '.join(packages)} …", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, env=quiet, check=False)
    if done.returncode:
        raise CannotBuild(f"failed with code {done.returncode}: {command}")


def install(venv: Path, name: str, root: Path) -> None:
    """Put that set into the environment; hashes are checked and nothing is compiled. Raises: CannotBuild."""
    files = [part for file in SETS[name] for part in ("-r", str(root / file))]
    pip = (venv / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--no-input")
    run(*pip, "install", "--quiet", "--require-hashes", "--only-binary", ":all:", *files)


def build(root: Path) -> None:
    """Build the environment beside the old one, then put it in its place. Raises: CannotBuild."""
    need_ensurepip()
    print(f"making .venv with Python {sys.version.split()[0]}, once; this takes a minute …", flush=True)
    fresh, old = root / ".venv.new", root / ".venv.old"
    remove(fresh)
    remove(old)
    run(sys.executable, "-m", "venv", "--prompt", ".venv", fresh)
    install(fresh, "run", root)
    say_new_name(fresh, root / ".venv")
    (fresh / "stamp-run").write_text(wanted_stamp("run", root))
    if os.path.lexists(root / ".venv"):
        (root / ".venv").rename(old)
    fresh.rename(root / ".venv")
    remove(old)


def say_new_name(venv: Path, name: Path) -> None:
    """Scripts in bin/ and pyvenv.cfg hold the folder's own path: make them say where it will lie."""
    for file in [*(venv / "bin").iterdir(), venv / "pyvenv.cfg"]:
        if file.is_symlink() or not file.is_file():
            continue
        content = file.read_bytes()
        if bytes(venv) in content:
            file.write_bytes(content.replace(bytes(venv), bytes(name)))


def remove(folder: Path) -> None:
    """Remove a folder; of a link only the link, for what it points to may be somebody else's."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def make_current(names: list[str], root: Path = ROOT) -> None:
    """Build or complete .venv so that each named set is installed; two calls at once wait for each other."""
    venv = root / ".venv"
    if all(is_current(name, venv) for name in names):
        return
    with (root / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        started = time.monotonic()
        if not is_current("run", venv):
            build(root)
        if "test" in names and not is_current("test", venv):
            print("adding what tests need to .venv, once …", flush=True)
            install(venv, "test", root)
            (venv / "stamp-test").write_text(wanted_stamp("test", root))
        print(f".venv is ready after {time.monotonic() - started:.0f} s", flush=True)


def main() -> int:
    try:
        make_current(sys.argv[1:] or ["run"])
    except CannotBuild as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
