"""How much an archive may unpack to: a few bytes can ask for a whole disk, so what is written is counted."""

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from scheduler.backup.parts import COPY_BYTES, BadBackup, private_file

GIB = 1 << 30
MEMBERS_AT_MOST = 200_000
UNPACKED_AT_MOST = 64 * GIB
MANIFEST_AT_MOST = 64 << 20  # it is read into memory
UNPACKED_IN_PIECES = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may take the whole memory for one piece
STAYS_FREE = GIB // 2  # on the disk: others write there meanwhile


class Room:
    """What may still be written. `--up-to` moves the bound, never past what the disk has."""

    def __init__(self, folder: Path, at_most: int) -> None:
        free = shutil.disk_usage(folder).free - STAYS_FREE
        self.left = max(0, min(at_most, free))
        self.why = (
            f"more than {at_most / GIB:.0f} GiB, and no backup is so large unless --up-to says so"
            if at_most <= free
            else f"more than the {max(0, free) / GIB:.1f} GiB that the disk has to spare"
        )

    def take(self, size: int) -> None:
        """Raises: BadBackup."""
        self.left -= size
        if self.left < 0:
            raise BadBackup(f"it unpacks to {self.why}")


def require_fair(archive: zipfile.ZipFile, manifest: str) -> None:
    """What can be asked before anything is read. Raises: BadBackup."""
    members = archive.infolist()
    if len(members) > MEMBERS_AT_MOST:
        raise BadBackup(f"it holds {len(members)} members, and no backup has more than {MEMBERS_AT_MOST}")
    if any(member.compress_type not in UNPACKED_IN_PIECES for member in members):
        raise BadBackup("it is packed in a way that no backup is")
    if any(member.filename == manifest and member.file_size > MANIFEST_AT_MOST for member in members):
        raise BadBackup(f"its {manifest} is larger than any backup's")


def _said(archive: zipfile.ZipFile) -> dict[str, int]:
    """How large each member is by its own words."""
    return {member.filename: member.file_size for member in archive.infolist()}


def unpack(archive: zipfile.ZipFile, digests: Mapping[str, str], folder: Path, room: Room) -> None:
    """Each member into its place under the folder; nothing is written that has no room. Raises: BadBackup, OSError."""
    said = _said(archive)
    if sum(said.get(name, 0) for name in digests) > room.left:
        room.take(room.left + 1)  # it says so itself: not one byte is written
    for name, digest in digests.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = hashlib.sha256()
        try:
            with archive.open(name) as member, private_file(place) as stream:
                while piece := member.read(COPY_BYTES):
                    room.take(len(piece))
                    found.update(piece)
                    stream.write(piece)
        except (KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise BadBackup(f"the backup is damaged: {name} cannot be read") from error
        if found.hexdigest() != digest:
            raise BadBackup(f"the backup is damaged: {name} has changed since it was written")
