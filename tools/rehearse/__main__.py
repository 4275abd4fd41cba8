"""`make rehearse`: exit code 1 at the first step that goes wrong; nothing is left but the log on the screen."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tools.environment import CannotBuild, install_packages
from tools.rehearse.run import Log, whole
from tools.system import missing_packages


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="rehearsal-"))
    try:
        if missing := missing_packages():
            install_packages(missing)
        whole(folder, Log(lambda line: print(line, flush=True)))
    except CannotBuild as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception:  # whatever it was, an operator reads it, and a script sees the code
        traceback.print_exc()
        return 1
    finally:
        size = subprocess.run(["du", "-sh", str(folder / "env")], capture_output=True, text=True, check=False).stdout
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{time.monotonic() - began:7.1f} s  in all; the environment has {size.split()[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
