"""Walks each line of deploy/Dockerfile in a chroot, where no builder of images is at hand. Root, on Debian.

    python -m tools.walk_dockerfile [--keep FOLDER]

The base is made by debootstrap from the machine's own apt sources; RUN works in a namespace of its own, as the builder
would. At the end the image is started as it would be: not root, no capabilities, the root read-only, a network of its
own; migrations, then CMD, until HEALTHCHECK is content. Sizes are printed. What it cannot show: the images of others
in compose.yaml, and layers.
"""

import argparse
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.dockerfile import Instruction, Stage, context_files, stages
from tools.environment import CannotBuild, install_packages

ROOT = Path(__file__).resolve().parent.parent
HANDED_ON = {  # of this machine, read-only: how it reaches its registries; and where that is seen inside
    "/etc/resolv.conf": "/etc/resolv.conf",
    "/etc/hosts": "/etc/hosts",
    "/etc/apt": "/etc/apt",
    "/etc/pip.conf": "/etc/pip.conf",
    "/etc/xdg/pip": "/etc/xdg/pip",
    "/etc/ssl/certs/ca-certificates.crt": "/run/authorities.pem",  # never over the image's own, which a package writes
}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
HEALTHY_WITHIN_S = 180


class Wrong(Exception):
    """A line that did not work; the text names it."""


class Root:
    """The files of one stage, and what its lines have said so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"PATH": PATH}
        self.workdir, self.user, self.volume = "/", "0:0", ""
        self.healthcheck: list[str] = []
        self.command: list[str] = []

    def at(self, path: str) -> Path:
        return self.folder / str(Path("/") / self.workdir / path).lstrip("/")


def run(*command: str | Path) -> None:
    """Raises: Wrong."""
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Wrong(f"code {done.returncode}: {' '.join(str(part) for part in command)[:300]}")


def apt_sources() -> list[str]:
    """The addresses that this machine's apt asks, in its order."""
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    return list(dict.fromkeys(told.stdout.split()))


def handed_on() -> dict[str, str]:
    """What of this machine is seen inside, read-only, and where."""
    local = [source.removeprefix("file:").rstrip("/.") for source in apt_sources() if source.startswith("file:")]
    return HANDED_ON | {folder: folder for folder in local}


def release() -> str:
    """Raises: Wrong."""
    found = re.search(r"VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text())
    if not found:
        raise Wrong("this machine's release of Debian has no name")
    return found[1]


def make_base(folder: Path) -> None:
    """Debian's smallest system, and as in its slim image no manuals."""
    mirror = next(source for source in apt_sources() if not source.startswith("file:"))
    run("debootstrap", "--variant=minbase", release(), folder, mirror)
    for name in ("doc", "man", "info", "locale"):
        shutil.rmtree(folder / "usr/share" / name, ignore_errors=True)
    run(
        "sh",
        "-c",
        f"rm -rf {folder}/var/lib/apt/lists/* {folder}/var/cache/apt/*.bin {folder}/var/cache/apt/archives/*.deb",
    )


def inside(root: Root, script: str) -> None:
    """Run it as the builder would: /proc, and of this machine only how it reaches its registries. Raises: Wrong."""
    made, mounts = [], []
    for name, place in handed_on().items():
        source, target = Path(name), root.folder / place.lstrip("/")
        if not source.exists():
            continue
        if not target.exists():
            made.append(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.mkdir() if source.is_dir() else target.touch()
        mounts += [f"mount --bind {source.resolve()} {target}", f"mount -o remount,ro,bind {target}"]
    pip = [f"{name}={value}" for name, value in os.environ.items() if name.startswith("PIP_")]
    told = [*pip, "PIP_CERT=/run/authorities.pem", "DEBIAN_FRONTEND=noninteractive"]
    env = [*(f"{name}={value}" for name, value in root.env.items()), *told]
    enter = ["chroot", str(root.folder), "env", "-i", *env, "sh", "-ec", f"cd {root.workdir}; {script}"]
    lines = [*mounts, f"mount -t proc proc {root.folder}/proc", shlex.join(enter)]
    try:
        run("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", "\n".join(lines))
    finally:
        for target in made:
            target.rmdir() if target.is_dir() else target.unlink()


def copy(root: Root, one: Instruction, others: dict[str, Root]) -> None:
    """COPY from the context, or --from another stage."""
    parts = one.parts()
    if parts[0].startswith("--from="):
        source = others[parts[0].removeprefix("--from=")].folder / parts[1].lstrip("/")
        root.at(parts[2]).parent.mkdir(parents=True, exist_ok=True)
        run("cp", "--archive", source, root.at(parts[2]))
        return
    *names, target = parts
    for file in context_files(ROOT):
        for name in (one for one in names if file.is_relative_to(ROOT / one)):
            place = root.at(target) / (file.name if file == ROOT / name else file.relative_to(ROOT / name))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)


def walk(stage: Stage, root: Root, others: dict[str, Root]) -> None:
    """Each line, in order. Raises: Wrong."""
    for one in stage.steps:
        began = time.monotonic()
        if one.word == "RUN":
            inside(root, one.text)
        elif one.word == "COPY":
            copy(root, one, others)
        elif one.word == "WORKDIR":
            root.workdir = one.text
            root.at(".").mkdir(parents=True, exist_ok=True)
        elif one.word == "ENV":
            name, _, value = one.text.partition("=")
            root.env[name] = value
        elif one.word == "USER":
            root.user = one.text
        elif one.word == "VOLUME":
            root.volume = one.text
        elif one.word == "HEALTHCHECK":
            root.healthcheck = Instruction("CMD", one.text.partition("CMD ")[2]).parts()
        elif one.word == "CMD":
            root.command = one.parts()
        print(f"{time.monotonic() - began:7.1f} s  {one.word} {one.text[:90]}", flush=True)


def start(root: Root) -> None:
    """The image as compose.yaml starts it, with a database of its own, until it is healthy. Raises: Wrong."""
    settings = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "BASE_URL": "https://raspored.example.org",
        "TRUSTED_HOSTS": "raspored.example.org",
    }
    env = ["env", "-i", *(f"{name}={value}" for name, value in (root.env | settings).items())]
    uid, _, gid = root.user.partition(":")
    closed = [f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all"]
    begin = ["sh", "-ec", 'cd "$0"; exec "$@"', root.workdir]
    enter = shlex.join(["chroot", str(root.folder), "setpriv", "--no-new-privs", *closed, "--", *env, *begin])
    check = f"{enter} {shlex.join(root.healthcheck)}"
    script = f"""
        ip link set lo up
        mount --bind {root.folder} {root.folder}
        mount -t proc proc {root.folder}/proc
        mount -t tmpfs -o mode=1777 tmp {root.folder}/tmp
        mount -t tmpfs -o mode=0700,uid={uid},gid={gid} kept {root.folder}{root.volume}
        mount -o remount,ro,bind {root.folder}
        ! {enter} touch /opt/raspored/written 2>&1 || exit 7
        {enter} pg_dump --version
        {enter} flask db upgrade
        {enter} {shlex.join(root.command)} &
        for second in $(seq {HEALTHY_WITHIN_S}); do
            if {check} 2>{root.folder}.check; then echo healthy after $second s; exit 0; fi
            sleep 1
        done
        exit 8
    """  # nosec B108 - the /tmp of the image
    run("unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "sh", "-ec", script)


def size(folder: Path) -> str:
    told = subprocess.run(["du", "-sxm", str(folder)], capture_output=True, text=True, check=True)
    return f"{told.stdout.split()[0]} MB"


def build(folder: Path) -> None:
    """All stages, then the start. Raises: Wrong."""
    base = folder / "base"
    if not base.exists():
        make_base(base)
    roots: dict[str, Root] = {}
    for number, stage in enumerate(stages((ROOT / "deploy/Dockerfile").read_text())):
        root = roots[stage.name or "image"] = Root(folder / f"stage-{number}")
        shutil.rmtree(root.folder, ignore_errors=True)  # of an earlier walk
        run("cp", "--archive", base, root.folder)
        print(f"FROM {stage.base}: Debian's smallest system stands for it", flush=True)
        walk(stage, root, roots)
    image = roots["image"]
    start(image)
    print(f"base {size(base)}, image {size(image.folder)}, environment {size(image.folder / 'opt/raspored')}")


def main() -> int:
    asked = argparse.ArgumentParser(description="Walks deploy/Dockerfile in a chroot.")
    asked.add_argument("--keep", type=Path, help="a folder whose base is used again; else all is taken away")
    folder = asked.parse_args().keep or Path(tempfile.mkdtemp(prefix="raspored-image-"))
    try:
        if os.geteuid() != 0:
            raise CannotBuild("only root can walk an image: chroot, mount")
        if not shutil.which("debootstrap"):
            install_packages(["debootstrap"])
        build(folder)
    except (CannotBuild, Wrong) as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        if not asked.parse_args().keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
