#!/bin/sh
# Runs its arguments with the Python to build upon: $PYTHON when given, else the first of two that is 3.11 or newer.
set -u

new_enough() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for candidate in ${PYTHON:-/usr/bin/python3 python3}; do
    if new_enough "$candidate"; then
        exec "$candidate" "$@"
    fi
done
echo "no Python 3.11 or newer among: ${PYTHON:-/usr/bin/python3 python3}; install python3, or name one: make PYTHON=/path/to/python3" >&2
exit 1
