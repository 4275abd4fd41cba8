"""Waitress for `make run`: it loads the application at once and listens when its standard input ends.

So the database is made ready by another process in the same seconds, on the other processor.
"""

import sys

from waitress import runner


def main() -> int:
    try:
        import wsgi  # noqa: F401 - waitress finds it loaded

        sys.stdin.buffer.read()
        return int(runner.run(["waitress-serve", *sys.argv[1:]]) or 0)
    except KeyboardInterrupt:  # what it waited for was broken off
        return 0


if __name__ == "__main__":
    sys.exit(main())
