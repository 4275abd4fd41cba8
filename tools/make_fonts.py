"""Make static/fonts/*.ttf: the fonts that printed papers embed, cut down once so that every PDF stays small.

    python -m tools.make_fonts FOLDER      FOLDER holds the whole fonts, as Debian's fonts-noto-core has them

Needs fontTools, which the product itself does not. Kept: Latin with all its accents, Greek, Cyrillic, punctuation;
dropped: hinting, layout tables, the long licence text in the name table (static/fonts/OFL.txt has it).
"""

import sys
from pathlib import Path

from scheduler.core.typesetting import FOLDER, FONTS

LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),  # Latin-1, Extended-A and B
    *range(0x2B0, 0x370),  # modifiers, combining accents
    *range(0x370, 0x530),  # Greek, Cyrillic
    *range(0x1E00, 0x1F00),
    *range(0x2010, 0x2028),
    *range(0x2030, 0x205F),
    *range(0x20A0, 0x20C0),
    *range(0x2100, 0x2150),
    0x2212,
]
DROPPED = ["GSUB", "GPOS", "GDEF", "kern", "DSIG", "MATH", "STAT", "meta", "gasp"]


def main(whole: Path) -> None:
    """Write each font of the product from the whole one of the same name."""
    from fontTools import subset  # a tool of whoever renews the fonts, not of the product

    for name, file in FONTS.items():
        options = subset.Options(hinting=False, layout_features=[], name_IDs=[1, 2, 4, 6, 13, 14], notdef_outline=True)
        options.drop_tables += DROPPED
        font = subset.load_font(str(whole / f"{name}.ttf"), options)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=LETTERS)
        cutter.subset(font)
        font["head"].modified = font["head"].created  # the same fonts give the same bytes
        font.cfg["fontTools.ttLib:OPTIMIZE_FONT_SPEED"] = False
        font.recalcTimestamp = False
        subset.save_font(font, str(FOLDER / file), options)
        print(file, (FOLDER / file).stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
