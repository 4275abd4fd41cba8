"""Work that nobody watches gives way to pages that somebody waits for."""

import os

NICENESS = 5  # a third of what a page gets when both want the processor; all of it when no page does


def give_way() -> None:
    """Let the kernel prefer other processes from now on; whoever was started nicer stays so."""
    os.nice(max(0, NICENESS - os.nice(0)))
