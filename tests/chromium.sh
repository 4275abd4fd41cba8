#!/bin/sh
# Chromium at the machine's own time: it hangs under the library by which `make test DAY=…` sets the day.
# It shows the fonts of tests/fonts, TEST_FONTS=narrow or wide, so that no font of the machine moves what is measured.
FONTCONFIG_PATH=$(dirname "$(readlink -f "$0")")/fonts FONTCONFIG_FILE=${TEST_FONTS:-wide}.conf
export FONTCONFIG_PATH FONTCONFIG_FILE
exec env -u LD_PRELOAD /usr/bin/chromium "$@"
