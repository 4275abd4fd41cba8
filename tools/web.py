"""Waitress for `make run`: it loads the application at once and listens when its standard input ends.

So the database is made ready by another process in the same seconds, on the other processor. What is left of them goes
to what the first page needs and no database knows: words, numbers and templates.
"""

import sys

from flask import Flask
from jinja2 import meta
from waitress import runner

from scheduler.core.language import DEFAULT, number, translator

# The layout picks its links, head and foot; what is offered is drawn apart.
LAYOUTS = ("layouts/head_links.html", "layouts/site_head.html", "layouts/site_foot.html")
FIRST_PAGE = ("public/front.html", "public/front_offer.html", *LAYOUTS)


def warm(app: Flask) -> list[str]:
    """Read the language and compile the templates of the first page; their names."""
    translator(DEFAULT)
    number(1.5, DEFAULT)
    source, environment = app.create_global_jinja_loader(), app.jinja_env
    found = list(FIRST_PAGE)
    for name in found:  # it grows while it is walked
        environment.get_template(name)
        parsed = environment.parse(source.get_source(environment, name)[0])
        found += [one for one in meta.find_referenced_templates(parsed) if one and one not in found]
    return found


def main() -> int:
    try:
        import wsgi  # waitress finds it loaded

        warm(wsgi.app)
        sys.stdin.buffer.read()
        return int(runner.run(["waitress-serve", *sys.argv[1:]]) or 0)
    except KeyboardInterrupt:  # what it waited for was broken off
        return 0


if __name__ == "__main__":
    sys.exit(main())
