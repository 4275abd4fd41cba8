"""Each kind of mail and SMS taken apart: what of its template is text, what is a placeholder, what the product words.

A centre's text replaces the macros subject and lines. A paragraph of sentences that only show values is text, and each
value in it a placeholder. What asks, counts or lists is a block: one placeholder, and the product's words stand for it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from scheduler.config import settings
from scheduler.core import language as words
from scheduler.core.text import to_latin
from scheduler.layout import place_of
from scheduler.messages import wording
from scheduler.messages.rules import BRACED, braced_word, folded, meanings, problems_with_text
from scheduler.messages.terms import BODY, SUBJECT, Channel, MailText, Placeholder, TextKind, TextProblem
from scheduler.messages.wording import BODY_BLOCK, MAY_LACK, SUBJECT_BLOCK, WORDS

TEMPLATES = place_of("templates")
FOLDERS = {Channel.MAIL: "mails", Channel.SMS: "short"}


@dataclass(frozen=True)
class _Sentence:
    """A text of the catalogue and which placeholder each of its values is."""

    message: str
    values: Mapping[str, str]


_Piece = str | nodes.Node
_Paragraph = tuple[str | _Sentence, ...]  # a placeholder alone is a sentence "%(value)s"


@dataclass(frozen=True)
class Anatomy:
    """A kind taken apart: the product's text by part, its placeholders, and what Jinja writes for each of these."""

    paragraphs: dict[str, tuple[_Paragraph, ...]]
    placeholders: dict[str, Placeholder]
    written: dict[str, list[nodes.Node]]


@cache
def environment(language: str) -> Environment:
    """What renders the product's own templates in one language; a text that somebody typed never comes here."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        lstrip_blocks=True,  # no trim_blocks: it would join a line that ends in a block to the paragraph after it
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words.translator(language), newstyle=True)  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.globals["_"] = made.globals["gettext"] = _text_in(language)
    # In a pattern a mark stands for the day.
    made.filters["long_day"] = lambda day: day if isinstance(day, str) else words.long_day(day, language)
    made.filters["genitive_day"] = lambda day: words.genitive_day(day, language)
    made.filters["short_day"] = lambda day: words.short_day(day, language)
    made.filters["clock_time"] = lambda time: words.clock_time(time, language)
    made.filters["in_hours"] = lambda minutes: words.in_hours(minutes, language)
    made.filters["moment"] = lambda at: words.moment(at, language, settings().centre_timezone)
    made.filters["genitive_moment"] = lambda at: words.genitive_moment(at, language, settings().centre_timezone)
    made.filters["number"] = lambda n: words.number(n, language)
    return made


def _text_in(language: str) -> Callable[..., str]:
    """`_` of the templates: Jinja's own looks itself up anew in each text, which takes half of a mail's time."""
    gettext = words.translator(language).gettext

    @pass_eval_context
    def text(context: EvalContext, message: str, **values: object) -> str:
        told = gettext(message)
        return (Markup(told) if context.autoescape else told) % values  # nosec B704  # a text of the catalogue

    return text


@cache
def anatomy(kind: TextKind) -> Anatomy:
    """A kind taken apart. Raises: jinja2.TemplateNotFound for an unknown one."""
    macros = {macro.name: macro for macro in _tree(kind).find_all(nodes.Macro)}
    known = Anatomy({}, {}, {})
    for part, macro in ((SUBJECT, "subject"), (BODY, "lines")):
        lines = _paragraphs(macros[macro].body) if macro in macros else []
        read = [(line, [_plain(piece) for piece in line]) for line in lines]
        found: list[_Paragraph] = []
        for is_text, several in groupby(read, lambda one: None not in one[1]):
            if is_text:
                found += [_text(part, line, plain, known) for line, plain in several]
            else:
                found.append(_block(part, [line for line, _plain in several], known))
        known.paragraphs[part] = tuple(found)
    return known


def _text(part: str, line: list[_Piece], plain: list[str | _Sentence | None], known: Anatomy) -> _Paragraph:
    """A paragraph that only shows values."""
    for key, node in _values_in(line):
        needed = BODY if part == BODY and _about(key) not in MAY_LACK else ""
        if needed or key not in known.placeholders:
            known.placeholders[key] = Placeholder(key, WORDS[key], _about(key), needed_in=needed)
        known.written[key] = [nodes.Output([node])]
    return tuple(piece for piece in plain if piece is not None)


def _block(part: str, lines: list[list[_Piece]], known: Anatomy) -> _Paragraph:
    """Paragraphs that stand together and do more than to show values."""
    nth = 1 + sum(one.block and one.needed_in == part for one in known.placeholders.values())
    names = SUBJECT_BLOCK if part == SUBJECT else BODY_BLOCK
    cyrillic, english = (f"{name} {nth}" if nth > 1 else name for name in names)
    key = f"{part} {nth}"
    known.placeholders[key] = Placeholder(key, (cyrillic, english), about=key, block=True, needed_in=part)
    pieces = [nodes.TemplateData(one) if isinstance(one, str) else one for line in lines for one in (*line, "\n")]
    known.written[key] = [nodes.Output([one]) if isinstance(one, nodes.Expr) else one for one in pieces]
    return (_Sentence("%(block)s", {"block": key}),)


def _tree(kind: TextKind) -> nodes.Template:
    made = environment(words.SOURCE)
    source, _name, _fresh = made.loader.get_source(made, f"{FOLDERS[kind.channel]}/{kind.kind}.jinja")  # type: ignore[union-attr]
    return made.parse(source)


def _paragraphs(body: list[nodes.Node]) -> list[list[_Piece]]:
    """The nodes of a macro by the lines that it writes; a condition or a loop stays whole."""
    found: list[list[_Piece]] = [[]]
    for node in body:
        for one in node.nodes if isinstance(node, nodes.Output) else (node,):
            if isinstance(one, nodes.TemplateData):
                first, *more = one.data.split("\n")
                found[-1].append(first)
                found += [[line] for line in more]
            else:
                found[-1].append(one)
    return [line for line in found if any(not isinstance(one, str) or one.strip() for one in line)]


def _plain(piece: _Piece) -> str | _Sentence | None:
    """A piece of a paragraph as text; None where it does more than to show values."""
    if isinstance(piece, str):
        return piece
    if key := _key(piece):
        return _Sentence("%(value)s", {"value": key})
    match piece:
        case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=message)], kwargs=shown_there):
            values = {one.key: _key(one.value) for one in shown_there}
            return _Sentence(message, values) if all(values.values()) else None
    return None


def _key(node: nodes.Node) -> str:
    """`day|long_day` of `v.day | long_day`; empty for what is no value with a name."""
    key = ""
    match node:
        case nodes.Filter(node=nodes.Getattr(node=nodes.Name(name="v"), attr=attr), name=name):
            key = f"{attr}|{name}"
        case nodes.Getattr(node=nodes.Name(name="v"), attr=attr):
            key = attr
    return key if key in WORDS else ""


def _about(key: str) -> str:
    return key.partition("|")[0]


def _values_in(line: list[_Piece]) -> Iterator[tuple[str, nodes.Expr]]:
    for piece in line:
        if isinstance(piece, nodes.Call):
            yield from ((_key(one.value), one.value) for one in piece.kwargs)
        elif isinstance(piece, nodes.Expr):
            yield _key(piece), piece


@lru_cache(maxsize=256)
def product_text(kind: TextKind, language: str) -> MailText:
    """The product's text of a kind, with placeholders as somebody would type them."""
    known = anatomy(kind)
    named = {key: braced_word(one, language) for key, one in known.placeholders.items()}
    gettext = words.translator(language).gettext

    def said(piece: str | _Sentence) -> str:
        if isinstance(piece, str):
            return piece
        return gettext(piece.message) % {name: named[key] for name, key in piece.values.items()}

    parts = {
        part: [" ".join("".join(said(piece) for piece in one).split()) for one in paragraphs]
        for part, paragraphs in known.paragraphs.items()
    }
    return MailText(" ".join(parts[SUBJECT]), "\n\n".join(parts[BODY]))


@lru_cache(maxsize=1024)
def problems_with(kind: TextKind, text: MailText, language: str) -> tuple[TextProblem, ...]:
    """What is wrong with a centre's text of a kind; after an upgrade more may be than on the day it was saved."""
    known = list(anatomy(kind).placeholders.values())
    return tuple(problems_with_text(text, known, language, has_subject=kind.channel is Channel.MAIL))


@lru_cache(maxsize=256)
def _writers(kind: TextKind, language: str) -> dict[str, Callable[[object], str]]:
    """By placeholder, what writes it of the values of a mail: macros made of the template's own nodes."""
    made, tree, known = environment(language), _tree(kind), anatomy(kind)
    names = {key: f"written_{number}" for number, key in enumerate(known.written)}
    macros = [
        nodes.Macro(names[key], [nodes.Name("v", "param")], [], body, lineno=1) for key, body in known.written.items()
    ]
    tree.body = [*tree.body, *macros]
    tree.set_environment(made)
    tree.set_lineno(1)
    module: Any = Template.from_code(made, made.compile(tree, kind.kind), made.make_globals(None)).module
    return {key: getattr(module, name) for key, name in names.items()}


def filled(kind: TextKind, text: MailText, language: str, v: SimpleNamespace) -> tuple[Markup, Markup]:
    """A sound text of a centre with its values in place, as markup: subject, and paragraphs, a line each.

    One pass: what is put in is never read again, and of what is typed nothing is a template.
    """
    write, known = _writers(kind, language), meanings(anatomy(kind).placeholders.values())

    def whole(typed: str) -> Markup:
        typed = to_latin(typed) if language == "sr_Latn" else typed
        pieces = BRACED.split(typed)
        return Markup("").join(
            Markup(write[known[folded(piece)].key](v)) if number % 2 else Markup.escape(piece)  # nosec B704  # by the environment
            for number, piece in enumerate(pieces)
        )

    return whole(text.subject), whole(text.body)


def sample_values(kind: TextKind, language: str, *, longest: bool = False) -> dict[str, object]:
    """What a preview of a kind says: of nobody, with usual or with the longest names."""
    values = dict(wording.sample_values(language, longest=longest))
    if "who" in anatomy(kind).placeholders:  # one person, where others name the whole crew
        values["who"] = wording.sample_values(language, longest=longest)["away"]
    return values


def examples(kind: TextKind, language: str, v: SimpleNamespace) -> dict[str, str]:
    """What stands for each placeholder of a kind with these values."""
    return {
        key: " ".join(Markup(write(v)).unescape().split())  # nosec B704  # by the environment
        for key, write in _writers(kind, language).items()
    }
