"""A source as a tree: thirty laws read the same thousand files."""

import ast
from functools import cache

from jinja2 import Environment
from jinja2 import nodes as jinja

READER = Environment(extensions=["jinja2.ext.do", "jinja2.ext.i18n"])  # it parses, and renders nothing


@cache
def parsed(source: str) -> ast.Module:
    """The tree of a file's text, which nobody changes."""
    return ast.parse(source)


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Every node of a file's text."""
    return tuple(ast.walk(parsed(source)))


@cache
def template_tree(text: str) -> jinja.Template:
    return READER.parse(text)
