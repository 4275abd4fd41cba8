"""Draws one SVG, from standard input to standard output, with little memory and time, and opens no file.

`drawings.py` starts it: a drawing that is made to hurt ends this process and nothing else.
"""

import resource
import sys

import resvg_py

DRAWING_BYTES, DRAWING_SECONDS = 1 << 30, 5  # bytes; of the processor


def main() -> None:
    svg = sys.stdin.buffer.read().decode()
    for what, most in (
        (resource.RLIMIT_AS, DRAWING_BYTES),
        (resource.RLIMIT_CPU, DRAWING_SECONDS),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    sys.stdout.buffer.write(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True))


if __name__ == "__main__":
    main()
