"""Pieces put one behind the other are one gzip file, as if the whole had been packed."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.feeds.packing import joined, piece_of

TEXTS = st.lists(st.binary(max_size=300), max_size=6)


@given(texts=TEXTS, times=st.sampled_from([1, 200]), tight=st.lists(st.booleans(), min_size=6, max_size=6))
def test_any_pieces_are_one_file_with_its_checksum_and_length(
    texts: list[bytes], times: int, tight: list[bool]
) -> None:
    texts = [text * times for text in texts]
    whole = b"".join(texts)

    packed, crc, length = joined(piece_of(text, tight=one) for text, one in zip(texts, tight, strict=False))

    reader = zlib.decompressobj(zlib.MAX_WBITS + 16)  # of one file alone: what follows it would be left over
    assert (reader.decompress(packed), reader.eof, reader.unused_data) == (whole, True, b"")
    assert gzip.decompress(packed) == whole
    assert (crc, length) == (zlib.crc32(whole), len(whole))


def test_another_order_is_another_file() -> None:
    one, other = piece_of(b"BEGIN:VEVENT"), piece_of(b"END:VEVENT")

    assert joined([one, other])[1:] != joined([other, one])[1:]


def test_a_damaged_piece_is_found() -> None:
    one = piece_of(b"BEGIN:VEVENT" * 9)
    packed, _crc, _length = joined([one, type(one)(one.packed, one.length, one.crc ^ 1, one.shift)])

    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(packed)
