"""Where it is measured: two runs at once share seeds, and nothing that is written into."""

from pathlib import Path

from tools.bench.workshop import Workshop


def test_two_runs_at_once_have_each_a_copy_of_their_own(tmp_path):
    seed = tmp_path / "seed.sqlite3"
    seed.write_bytes(b"planted")
    one, other = (Workshop(tmp_path / "bench", quick=True) for _ in range(2))

    with one.copy_of(f"sqlite:///{seed}") as first:
        with other.copy_of(f"sqlite:///{seed}") as second:
            assert first != second
        assert Path(first.removeprefix("sqlite:///")).read_bytes() == b"planted"
    assert list((tmp_path / "bench").glob("work-*")) == []
