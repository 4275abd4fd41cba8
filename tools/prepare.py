"""Commands of the product one after the other in one process: `make run` pays for the application once, not thrice.

python -m tools.prepare "db upgrade" "demo load"      ends at the first that fails, with its code
"""

import os
import sys

from flask import Flask
from flask.cli import ScriptInfo

from scheduler.bare_app import create_bare_app
from scheduler.core import logs
from scheduler.settings_file import BadSettings


def run(app: Flask, arguments: list[str]) -> int:
    """One command as `raspored` runs it; says with which code it ended."""
    with app.app_context():
        try:
            app.cli.main(
                arguments, prog_name="raspored", obj=ScriptInfo(create_app=lambda: app, load_dotenv_defaults=False)
            )
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def main(steps: list[str]) -> int:
    os.umask(0o077)
    try:
        app = create_bare_app()
    except BadSettings as error:
        print(f"Raspored cannot start: {error}", file=sys.stderr)
        return 2
    logs.set_up("WARNING")
    for step in steps:
        if code := run(app, step.split()):
            print(f"raspored {step} failed with code {code}", file=sys.stderr)
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
