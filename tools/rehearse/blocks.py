"""`python -m tools.rehearse.blocks`: the blocks of the pages of installing, walked in a copy of this machine. Root.

The copy is an overlay in namespaces of its own: nothing that a block installs, writes or starts is left. Blocks that
fetch packages see the network; all others have a loopback of their own, so that 80, 443 and 8000 are free.
What cannot be real is stood in for by tools/rehearse/bin: systemd (a unit's own line is run as its user) and the
authority of certbot, whose arguments its own parser reads. There is no mail server: `doctor` says so.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.rehearse.installation import Failed

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(ROOT / f"docs/install-{one}.md" for one in ("sqlite", "postgresql"))
BINARIES = Path(__file__).with_name("bin")
FETCHES = re.compile(r"apt-get|make setup|pip install")
HERE = {
    "https://git.centre.example/raspored.git": "/srv/releases.git",
    "\nraspored doctor": "\nraspored doctor > /tmp/doctor || ! grep ' BAD ' /tmp/doctor | grep -v '^mail '",
}
KEPT = "[ ! -e /tmp/exported ] || . /tmp/exported\n"  # what the block before exported: one shell, for who copies
BEFORE = """
set -e
mount -t tmpfs tmpfs {folder}
mkdir {folder}/changed {folder}/work {folder}/root
mount -t overlay overlay -o lowerdir=/,upperdir={folder}/changed,workdir={folder}/work {folder}/root
mount -t proc proc {folder}/root/proc
mount --rbind /dev {folder}/root/dev
mount -t tmpfs tmpfs {folder}/root/tmp
mount -t tmpfs tmpfs {folder}/root/run
mkdir -p {folder}/root/run/lock
cp {binaries}/* {folder}/root/usr/local/bin/
rm -rf {folder}/root/etc/raspored.env {folder}/root/opt/raspored
git clone --quiet --bare {root} {folder}/root/srv/releases.git
git -C {folder}/root/srv/releases.git tag --force {release} {commit}
echo "127.0.0.1 {site}" >> {folder}/root/etc/hosts
echo ready
exec sleep infinity
"""


def blocks_of(page: Path) -> list[str]:
    """What an operator copies, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def value_of(name: str, block: str) -> str:
    """What the first block sets. Raises: Failed."""
    if not (found := re.search(rf"\b{name}=(\S+)", block)):
        raise Failed(f"the first block sets no {name}")
    return found[1]


@contextmanager
def copy_of_the_machine(first: str) -> Iterator[tuple[str, Path]]:
    """The process whose namespaces hold it, and its root. Raises: Failed."""
    folder = Path(tempfile.mkdtemp(prefix="blocks-"))
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    script = BEFORE.format(
        folder=folder,
        binaries=BINARIES,
        root=ROOT,
        commit=commit.strip(),
        release=value_of("RELEASE", first),
        site=value_of("SITE", first),
    )
    line = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as holder:
        try:
            if holder.stdout is None or holder.stdout.readline() != "ready\n":
                raise Failed("no copy of this machine: root, overlay and namespaces are needed")
            (inside,) = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
            yield inside, folder / "root"
        finally:
            holder.kill()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def loopback_of_its_own() -> Iterator[str]:
    """The process whose network it is."""
    line = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo ready && exec sleep infinity"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as holder:
        try:
            if holder.stdout is None or holder.stdout.readline() != "ready\n":
                raise Failed("no network of its own: root and `ip` are needed")
            yield str(holder.pid)
        finally:
            holder.kill()


def walk(page: Path) -> None:
    """Every block, as it is copied. Raises: Failed at the first that ends otherwise than with 0."""
    first, *others = blocks_of(page)
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    env |= {name: os.environ[name] for name in os.environ if name.lower().endswith("_proxy")}
    with copy_of_the_machine(first) as (inside, root), loopback_of_its_own() as network:
        for number, block in enumerate(others, 2):
            began, text = time.monotonic(), f"{first}{KEPT}{block}\nexport -p > /tmp/exported\n"
            for theirs, here in HERE.items():
                text = text.replace(theirs, here)
            wires = [] if FETCHES.search(block) else [f"--net=/proc/{network}/ns/net"]
            line = ["nsenter", "--target", inside, "--mount", "--pid", *wires, "chroot", str(root), "bash", "-c", text]
            with tempfile.TemporaryFile("w+") as said:  # what goes on running keeps a pipe open
                done = subprocess.run(line, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False)
                said.seek(0)
                if done.returncode:
                    raise Failed(f"{page.name}, block {number} ended with {done.returncode}: {said.read()[-3000:]}")
            print(f"{time.monotonic() - began:7.1f} s  good   {page.name}, block {number}", flush=True)


def main() -> int:
    chosen = [page for page in PAGES if not sys.argv[1:] or page.stem.removeprefix("install-") in sys.argv[1:]]
    try:
        for page in chosen:
            walk(page)
    except Failed as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
