"""A source as a tree: thirty laws read the same thousand files."""

import ast
from functools import cache


@cache
def parsed(source: str) -> ast.Module:
    """The tree of a file's text, which nobody changes."""
    return ast.parse(source)


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Every node of a file's text."""
    return tuple(ast.walk(parsed(source)))
