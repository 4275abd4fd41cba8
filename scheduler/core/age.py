"""Files that only the holder of a secret key reads: the format of age (age-encryption.org/v1), through pyrage.

The machine that writes backups has the public key only, so whoever takes the machine or the backups reads none of them.
"""

import os
from pathlib import Path

import pyrage

HEAD = b"age-encryption.org/"


class BadKey(Exception):
    """A key that is none, is missing, or does not open this file; the text is one line for who typed the command."""


def new_key(file: Path) -> str:
    """Write a new secret key, mode 0600, and return the public one. Raises: FileExistsError, OSError."""
    made = pyrage.x25519.Identity.generate()
    recipient = str(made.to_public())
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(f"# public key: {recipient}\n{made}\n")
        stream.flush()
        os.fsync(stream.fileno())
    return recipient


def problem_with_recipient(recipient: str) -> str:
    """What is wrong with a public key; nothing if backups can be written for it."""
    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        return "is no public key of age: one has a letter wrong, or it was cut"
    return ""


def sealed_for(recipient: str, file: Path) -> Path:
    """The same file for that public key only, beside it; the plain one is gone. Raises: BadKey, OSError."""
    try:
        key = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise BadKey("BACKUP_RECIPIENT is no public key of age") from error
    sealed = file.with_name(f"{file.name}.age")
    os.close(os.open(sealed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    pyrage.encrypt_file(str(file), str(sealed), [key])
    with sealed.open("rb") as stream:
        os.fsync(stream.fileno())
    file.unlink()
    return sealed


def is_sealed(file: Path) -> bool:
    """Whether a file is written for a key."""
    with file.open("rb") as stream:
        return stream.read(len(HEAD)) == HEAD


def opened_by(identity: str, file: Path, folder: Path) -> Path:
    """The plain file in a private folder; the file itself when it is not sealed. Raises: BadKey, OSError."""
    if not is_sealed(file):
        return file
    if not identity:
        raise BadKey("it is encrypted: --identity names the file of the secret key")
    plain = folder / "plain.zip"
    os.close(os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in _lines_of(identity)]
        if not keys:
            raise BadKey("the file of --identity holds no secret key of age")
        pyrage.decrypt_file(str(file), str(plain), keys)
    except pyrage.IdentityError as error:
        raise BadKey("the file of --identity holds no secret key of age") from error
    except pyrage.DecryptError as error:
        raise BadKey("it is written for another key, or it is damaged") from error
    except OSError as error:
        if error.errno is None:  # pyrage's own, for a file that ends too early
            raise BadKey("it is damaged: a piece of it cannot be decrypted") from error
        raise
    return plain


def _lines_of(identity: str) -> list[str]:
    """A key a line; lines that begin with # say something to people."""
    lines = (line.strip() for line in identity.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
