"""Where a file can be written: plain files alone, through links, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from resight.errors import CannotWrite
from resight.files import check_writable, write_files


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    target, link, second = tmp_path / "target", tmp_path / "link", tmp_path / "second"
    target.write_text("old")
    link.symlink_to(target)
    second.symlink_to(link)
    write_files({link: b"1", second: b"2", tmp_path / "other": b"3"})
    assert (link.is_symlink(), second.is_symlink(), target.read_text()) == (True, True, "2")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "other", "second", "target"]


def test_what_is_no_plain_file_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        with pytest.raises(CannotWrite, match="a pipe or a device"):
            write_files({tmp_path / name: b"x", tmp_path / "other": b"y"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe", "zero"]


def test_read_only_files_loops_and_impossible_names_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    (tmp_path / "kept").chmod(0o444)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("kept", "loop", "x" * 400, "x\0"):
        with pytest.raises(CannotWrite, match="cannot write"):
            check_writable(tmp_path / name)
    assert (tmp_path / "kept").read_text() == "mine"
