"""Work that nobody watches gives way to pages that somebody waits for."""

import os
from contextlib import suppress
from pathlib import Path

NICENESS = 5  # a third of what a page gets when both want the processor; all of it when no page does
SESSION = Path("/proc/self/autogroup")  # "/autogroup-7 nice 0": Linux weighs sessions first, then who is in one


def give_way() -> None:
    """Let the kernel prefer other processes from now on; whoever was started nicer stays so.

    Where the kernel, or who started us, allows none of it the work is done all the same.
    """
    with suppress(OSError):
        os.nice(max(0, NICENESS - os.nice(0)))
    if os.getsid(0) == os.getpid():  # of a session that is somebody else's too, a terminal's, nothing is said
        with suppress(OSError, ValueError):  # it says nothing of a process whose control group is weighed instead
            SESSION.write_text(str(max(NICENESS, int(SESSION.read_text().rpartition(" ")[2]))))
