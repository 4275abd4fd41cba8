"""Reads a Dockerfile as far as ours goes: instructions, stages, and what .dockerignore lets through."""

import json
import re
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

KNOWN = ("ARG", "FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "VOLUME", "HEALTHCHECK", "CMD")


class Unreadable(Exception):
    """A line that we do not know how to walk."""


@dataclass(frozen=True)
class Instruction:
    """One instruction; `text` is what stands after its word, without line ends."""

    word: str
    text: str

    def parts(self) -> list[str]:
        """Its arguments, of `["a", "b"]` or of plain words."""
        return list(json.loads(self.text)) if self.text.startswith("[") else self.text.split()


@dataclass
class Stage:
    """From a FROM to the next one."""

    base: str
    name: str
    steps: list[Instruction] = field(default_factory=list)


def instructions(text: str) -> list[Instruction]:
    """Each with its word. Raises: Unreadable."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = []
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        if word not in KNOWN:
            raise Unreadable(f"no instruction of ours: {line[:80]}")
        found.append(Instruction(word, rest.strip()))
    return found


def stages(text: str) -> list[Stage]:
    """The stages, with ARGs before the first FROM put in. Raises: Unreadable."""
    made: list[Stage] = []
    given: dict[str, str] = {}
    for one in instructions(text):
        if one.word == "ARG" and not made:
            name, _, value = one.text.partition("=")
            given[name] = value
        elif one.word == "FROM":
            base, _, name = one.text.partition(" AS ")
            made.append(Stage(re.sub(r"\$(\w+)", lambda found: given[found[1]], base), name))
        elif made:
            made[-1].steps.append(one)
        else:
            raise Unreadable(f"before the first FROM: {one.word}")
    return made


def context_files(root: Path) -> list[Path]:
    """What a builder is sent: the lines of .dockerignore, the last one that fits decides."""
    lines = [line.strip() for line in (root / ".dockerignore").read_text().splitlines()]
    patterns = [line for line in lines if line and not line.startswith("#")]
    shown = [line[1:].split("/")[0] for line in patterns if line.startswith("!")]
    tops = [path for path in sorted(root.iterdir()) if any(fnmatch(path.name, top) for top in shown)]
    inside = [one for path in tops for one in ([path] if path.is_file() else sorted(path.rglob("*")))]
    return [path for path in inside if path.is_file() and _is_sent(path.relative_to(root), patterns)]


def _is_sent(path: Path, patterns: list[str]) -> bool:
    sent = True
    names = [path, *path.parents]
    for pattern in patterns:
        plain = pattern.removeprefix("!")
        deep = plain.removeprefix("**/")
        if any(fnmatch(str(one), plain) or (plain != deep and fnmatch(one.name, deep)) for one in names):
            sent = pattern.startswith("!")
    return sent
