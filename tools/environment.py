"""Makes .venv/ what the locked requirements say, and does nothing when it already is. Standard library only.

    python3 tools/environment.py run          requirements.txt
    python3 tools/environment.py run test     and what checks and tests need
    python3.11 tools/environment.py --in .venv.3.11 run test     beside the usual one

The environment is built under another name and renamed when it is complete, so a build that was cut off is never
mistaken for a good one. A stamp for each set holds the hash of its files, the Python version and the folder.
uv (requirements/setup.txt) installs in seconds; where it cannot, pip does the same in a minute.
"""

import ast
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETS = {
    "run": ("requirements.txt",),
    "scale": ("requirements.txt", "requirements/scale.txt"),
    "wheel": ("requirements/wheel.txt",),
    "test": (
        *("requirements.txt", "requirements/scale.txt", "requirements/oidc.txt", "requirements/pades.txt"),
        *("requirements/dev.txt", "requirements/wheel.txt"),
    ),
}

SAFE = ("--quiet", "--require-hashes", "--only-binary", ":all:")  # hashes are checked and nothing is compiled
# uv does not read pip's settings: what this machine says of indexes is passed on under the names that uv knows.
UV_NAMES = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "find-links": ("UV_FIND_LINKS",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "cert": ("SSL_CERT_FILE",),
    "proxy": ("HTTPS_PROXY", "HTTP_PROXY"),
    "timeout": ("UV_HTTP_TIMEOUT",),
}
STRENGTH = ("global", "install", ":env:")  # of pip's sections, the last one wins


# As pip writes scripts where a path may hold blanks: sh starts our Python, and Python sees two texts.
COMMAND = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

sys.path.insert(0, {root!r})
from scheduler.command import main

main()
"""


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
    return python_of(venv).exists() and stamp.exists() and stamp.read_text() == wanted_stamp(name, venv.parent)


def run(*command: str | Path, env: Mapping[str, str] | None = None) -> None:
    """Run a command with nothing to read. Raises: CannotBuild."""
    line = [str(part) for part in command]
    try:
        code = subprocess.run(line, stdin=subprocess.DEVNULL, env=env, check=False).returncode
    except OSError as problem:  # a program for another machine
        raise CannotBuild(f"{line[0]}: {problem.strerror}") from problem
    if code:
        raise CannotBuild(f"failed with code {code}: {' '.join(line)}")


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
    """Put that set into the environment, by uv or else by pip. Raises: CannotBuild."""
    files = [part for file in SETS[name] for part in ("-r", str(root / file))]
    try:
        install_by_uv(venv, files, root)
    except CannotBuild as problem:
        print(f"uv does not work here, so pip installs ({problem}) …", flush=True)
        if not has_pip(venv):
            run(python_of(venv), "-m", "ensurepip", "--default-pip")
        run(*pip_of(venv), "install", *SAFE, *files)


def install_by_uv(venv: Path, files: list[str], root: Path) -> None:
    """Let uv install these files, fetched first if it is not there. Raises: CannotBuild."""
    pip = pip_of(venv)
    uv = venv / "bin" / "uv"
    if not uv.exists():
        run(*pip, "install", *SAFE, "-r", root / "requirements/setup.txt")
    how: tuple[str | Path, ...] = (
        "--python",
        python_of(venv),
        "--no-config",
        *uv_cache(),
        *("--link-mode", "copy"),  # not linked: who is given .venv must not be given the cache of who made it
        "--compile-bytecode",  # now: on a server .venv cannot be written to
        *("--index-strategy", "unsafe-best-match"),  # any index may offer it, for the hash says what is ours
    )
    run(uv, "pip", "install", *how, *SAFE, *files, env=uv_settings(pip))


def write_command(venv: Path, root: Path) -> None:
    """Make `raspored`, the product's command: it starts from any folder, what lies in `root`."""
    fresh = venv / "bin" / "raspored.new"
    fresh.write_text(COMMAND.format(python=python_of(venv), root=str(root)))
    fresh.chmod(0o755)
    fresh.replace(command_of(venv))


def command_of(venv: Path) -> Path:
    return venv / "bin" / "raspored"


def take_uv_out(venv: Path) -> None:
    """uv is large and has nothing to do once all is in. Raises: CannotBuild."""
    if (venv / "bin" / "uv").exists():
        run(*pip_of(venv), "uninstall", "--quiet", "--yes", "uv")


def python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def has_pip(venv: Path) -> bool:
    return (venv / "bin" / "pip").exists()


def pip_of(venv: Path) -> tuple[str | Path, ...]:
    """The environment's own pip, which asks nothing; before it has one, the wheel that Python brings, as it lies."""
    wheels = [] if has_pip(venv) else bundled_pips()
    pip = (wheels[-1] / "pip",) if wheels else ("-m", "pip")
    return (python_of(venv), *pip, "--disable-pip-version-check", "--no-input")


def bundled_pips() -> list[Path]:
    """The wheels of pip with which ensurepip works; Debian keeps them elsewhere."""
    import ensurepip  # here, for Debian's python3 may have none before `need_ensurepip`

    folders = [sysconfig.get_config_var("WHEEL_PKG_DIR"), Path(ensurepip.__file__).parent / "_bundled"]
    return [wheel for folder in folders if folder for wheel in sorted(Path(folder).glob("pip-*.whl"))]


def uv_settings(pip: tuple[str | Path, ...]) -> dict[str, str]:
    """The variables for uv: what pip's files and variables say, unless uv is told something of its own."""
    command = [str(part) for part in (*pip, "config", "list")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    own = {name: value for name, value in os.environ.items() if name != "UV_NO_VERIFY_HASHES"}
    return as_uv_reads(done.stdout) | own


def as_uv_reads(listed: str) -> dict[str, str]:
    """What `pip config list` prints, in variables of uv."""
    found: dict[str, tuple[int, str]] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if name in UV_NAMES and section in STRENGTH:
            found[name] = max(found.get(name, (-1, "")), (STRENGTH.index(section), str(ast.literal_eval(value))))
    between = {"find-links": ","}
    return {
        variable: between.get(name, " ").join(value.split())
        for name, (_strength, value) in found.items()
        for variable in UV_NAMES[name]
    }


def uv_cache() -> tuple[str, ...]:
    """Where uv keeps what it fetched: in a home of ours that can be written to, else nowhere."""
    if os.environ.get("UV_CACHE_DIR"):
        return ()
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "uv"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            mine = folder.stat().st_uid == os.geteuid()
    except (OSError, RuntimeError):
        mine = False
    return ("--cache-dir", str(folder)) if mine else ("--no-cache",)


def build(root: Path, name: str) -> None:
    """Build the environment beside the old one, then put it in its place. Raises: CannotBuild."""
    need_ensurepip()
    print(f"making {name} with Python {sys.version.split()[0]}, once; seconds with uv, a minute without …", flush=True)
    fresh, old = root / f"{name}.new", root / f"{name}.old"
    remove(fresh)
    remove(old)
    run(sys.executable, "-m", "venv", "--without-pip", "--prompt", name, fresh)
    install(fresh, "run", root)
    say_new_name(fresh, root / name)
    (fresh / "stamp-run").write_text(wanted_stamp("run", root))
    if os.path.lexists(root / name):
        (root / name).rename(old)
    fresh.rename(root / name)
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


def make_current(names: list[str], root: Path = ROOT, place: str = ".venv") -> None:
    """Build or complete .venv so that each named set is installed; two calls at once wait for each other."""
    venv = root / place
    if all(is_current(name, venv) for name in names) and command_of(venv).exists():
        return
    with (root / f"{place}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        started = time.monotonic()
        if not is_current("run", venv):
            build(root, place)
        if "test" in names and not is_current("test", venv):
            print(f"adding what tests need to {place}, once …", flush=True)
            install(venv, "test", root)
            (venv / "stamp-test").write_text(wanted_stamp("test", root))
        take_uv_out(venv)
        write_command(venv, root)
        print(f"{place} is ready after {time.monotonic() - started:.0f} s", flush=True)


def main() -> int:
    try:
        if sys.argv[1:2] == ["--in"]:
            make_current(sys.argv[3:], place=sys.argv[2])
        else:
            make_current(sys.argv[1:] or ["run"])
    except CannotBuild as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
