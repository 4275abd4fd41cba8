"""Reading and writing .po files so that the same strings always give the same bytes."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

HEADER = """# Translations of Raspored. {note}
msgid ""
msgstr ""
"Project-Id-Version: raspored\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {language}\\n"
"Plural-Forms: nplurals={forms}; plural={plural};\\n"

"""
SERBIAN = "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
NOTE = "Edit the msgstr lines; `python -m tools.translations update` does the rest."


def read(path: Path, language: str) -> Catalog:
    """The catalogue in a file; an absent or empty file gives an empty one."""
    if not path.exists() or not path.read_bytes().strip():
        return Catalog(locale=language)
    with path.open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def messages_of(catalogue: Catalog) -> dict[object, Message]:
    """Its messages by id, without the header."""
    return {key_of(message): message for message in catalogue if message.id}


def key_of(message: Message) -> object:
    """Singular id: gettext looks a plural up by it too."""
    return message.id[0] if isinstance(message.id, tuple) else message.id


def forms_of(message: Message) -> tuple[str, ...]:
    """Its words: one text, or one for each plural form."""
    words = message.string
    return tuple(str(word or "") for word in words) if isinstance(words, tuple | list) else (str(words or ""),)


def plural_rule(language: str) -> tuple[int, str]:
    """How many plural forms a language has, and the rule that chooses one; Serbian has ours."""
    base = language.partition("_")[0]
    if base == "sr":
        return 3, SERBIAN
    try:
        rule = get_plural(Locale.parse(base))
    except UnknownLocaleError:
        rule = get_plural("en")
    return int(rule.num_plurals), str(rule.plural_expr)


def is_translated(message: Message, language: str = "sr_Cyrl") -> bool:
    """Whether every form has its words and no translator has doubts."""
    forms = forms_of(message)
    wanted = plural_rule(language)[0] if message.pluralizable else 1
    return not message.fuzzy and len(forms) >= wanted and all(map(str.strip, forms))


def text_of(messages: Iterable[Message], language: str) -> bytes:
    """The file: fixed header, sorted by id, no locations, one line for each string: quiet in every merge."""
    catalogue = Catalog(locale=language)
    for message in messages:
        catalogue.add(message.id, message.string, flags=message.flags, user_comments=message.user_comments)
    body = BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    forms, plural = plural_rule(language)
    head = HEADER.format(note=NOTE, language=language, forms=forms, plural=plural)
    return (head + body.getvalue().decode().strip()).rstrip().encode() + b"\n"
