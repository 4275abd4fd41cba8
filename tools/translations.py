"""Strings of the product and their translations.

python -m tools.translations extract   new strings into sr_Cyrl, words already there are kept, lost strings leave
python -m tools.translations update    the same for every language; sr_Latn has no file, it is sr_Cyrl in other letters
python -m tools.translations add hu    a catalogue for one more language (hu, mk, sq_XK), its words still empty
python -m tools.translations check     exit 1 if a string is missing, doubtful or broken
"""

import sys
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir

from scheduler.core.language import DEFAULT, LANGUAGES, catalogue_path, languages
from scheduler.core.text import PLACEHOLDER
from tools.catalogues import forms_of, is_translated, key_of, messages_of, read, text_of

ROOT = Path(__file__).parent.parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "_l": None, "_n": (1, 2), "N_": None,
    "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "lazy_ngettext": (1, 2),
}  # fmt: skip
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.jinja", "jinja2")]
OPTIONS = {
    "**.html": {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"},
    "**.txt": {"trimmed": "true", "silent": "false"},
    "**.jinja": {"trimmed": "true", "silent": "false"},
}


def strings_in(root: Path) -> dict[object, Message]:
    """Every string that code and templates show, by its id. A plural wins over the same words in the singular."""
    found: dict[object, Message] = {}
    for folder in ("scheduler", "templates"):
        if not (root / folder).is_dir():
            continue
        for _file, _line, text, _comments, _context in extract_from_dir(
            root / folder, METHODS, OPTIONS, keywords=KEYWORDS, directory_filter=None
        ):
            message = Message(text, "" if isinstance(text, str) else ("", "", ""))
            if text and (message.pluralizable or key_of(message) not in found):
                if message.python_format:
                    message.flags.add("python-format")
                found[key_of(message)] = message
    return found


def merged(strings: dict[object, Message], stored: dict[object, Message]) -> list[Message]:
    """The strings of the product with the words that are already known for them."""
    for key, message in strings.items():
        old = stored.get(key)
        if old and old.pluralizable == message.pluralizable:
            message.string = old.string
            message.flags |= old.flags & {"fuzzy"}
            message.user_comments = old.user_comments
    return list(strings.values())


def problems_in(message: Message, language: str = "sr_Cyrl") -> list[str]:
    """What is wrong with one translated string, for a person to read."""
    name = str(key_of(message))
    if not is_translated(message, language):
        return [f"not translated: {name!r}"]
    source = message.id[1] if isinstance(message.id, tuple) else str(message.id)
    wanted = sorted(set(PLACEHOLDER.findall(source)))
    return [
        f"placeholders differ: {name!r} has {wanted}, {form!r} does not"
        for form in forms_of(message)
        if sorted(set(PLACEHOLDER.findall(form))) != wanted
    ]


def extract(root: Path = ROOT, language: str = "sr_Cyrl") -> list[Message]:
    """Write the catalogue of a language with every string of the product."""
    path = catalogue_path(language)
    messages = merged(strings_in(root), messages_of(read(path, language)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text_of(messages, language))
    return messages


def _added() -> list[str]:
    """Languages beside our own three."""
    return [language for language in languages() if language not in LANGUAGES]


def update(root: Path = ROOT) -> None:
    """Write sr_Cyrl and the added languages."""
    for language in (DEFAULT, *_added()):
        extract(root, language)


def check(root: Path = ROOT) -> list[str]:
    """Everything that keeps the catalogues from being complete and true; empty when all is well."""
    stored = messages_of(read(catalogue_path("sr_Cyrl"), "sr_Cyrl"))
    strings = strings_in(root)
    problems = [f"not in the catalogue: {key!r}" for key in strings if key not in stored]
    problems += [f"no longer used: {key!r}" for key in stored if key not in strings]
    for message in stored.values():
        problems += problems_in(message)
    for language in _added():
        known = messages_of(read(catalogue_path(language), language))
        problems += [f"{language}: not in the catalogue: {key!r}" for key in strings if key not in known]
        problems += [f"{language}: {problem}" for one in known.values() for problem in problems_in(one, language)]
    return problems


def main(arguments: list[str]) -> int:
    """The command line. Exit code 0 done, 1 the check failed, 2 unknown command."""
    match arguments:
        case ["extract"]:
            extract()
        case ["update"]:
            update()
        case ["add", language]:
            extract(language=language)
        case ["check"]:
            problems = check()
            print(*problems or ["all strings are translated"], sep="\n")
            return 1 if problems else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
