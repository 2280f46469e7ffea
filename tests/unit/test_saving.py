"""Saving pictures: whole or not at all, and errors that say what to try."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pictures import residual, stacked
from resight import CannotWrite, UserError, files
from resight.picture import RENDERERS, save_all, show


@pytest.mark.parametrize("suffix", RENDERERS)
def test_each_format_saves(tmp_path: Path, suffix: str) -> None:
    path = residual().save(tmp_path / f"net.{suffix.upper()}")
    assert path == tmp_path / f"net.{suffix.upper()}"
    assert path.stat().st_size > 500
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("net.bmp", "no format has the suffix .bmp; formats are .svg .png .pdf .html .md .mmd .dot .txt .json"),
        ("net.svgz", "no format has the suffix .svgz; formats are .svg"),
        ("net", "has no suffix to name its format; formats are .svg"),
        ("missing/net.svg", "there is no folder"),
        ("folder.svg", "it is a folder; add a file name"),
        ("file/net.svg", "is a file; choose another folder"),
    ],
)
def test_one_line_says_why_not(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UserError) as error:
        residual().save(tmp_path / name)
    assert what in str(error.value)
    assert "\n" not in str(error.value)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder.svg"]


def test_a_folder_without_permission_is_told_before_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os, "access", lambda *_: False)
    with pytest.raises(CannotWrite, match=r"net\.svg: permission denied; choose a folder you may write to"):
        residual().save(tmp_path / "net.svg")


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"depht": 2}, "there is no option 'depht' for a picture; did you mean depth"),
        ({"depth": "2"}, "depth can't be '2'; give a whole number, 0 or more"),
        ({"depth": -1}, "give 0 or more"),
        ({"theme": "pink"}, "'pink'; use light or dark"),
        ({"only": "layer.2"}, "'layer.2'; did you mean layer"),
        ({"open": "lajer"}, "'lajer'; did you mean layer"),
        ({"scale": 0}, "scale can't be 0"),
    ],
)
def test_options_are_checked_before_anything_is_written(tmp_path: Path, options: dict[str, object], what: str) -> None:
    with pytest.raises(UserError) as error:
        residual().save(tmp_path / "net.svg", **options)
    assert what in str(error.value)
    assert not os.listdir(tmp_path)


def test_several_files_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    first, second = tmp_path / "a.svg", tmp_path / "b.txt"
    assert save_all(residual(), [first, second], depth=1) == [first, second]
    before = first.read_bytes()
    with pytest.raises(UserError, match=r"\.bmp"):
        save_all(stacked(), [first, tmp_path / "c.bmp"])
    with pytest.raises(CannotWrite):
        save_all(stacked(), [first, tmp_path / "no" / "c.svg"])
    assert first.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["a.svg", "b.txt"]


@pytest.mark.parametrize("broken", ["write", "replace", "chmod"])
def test_a_failed_write_leaves_the_old_file(tmp_path: Path, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.svg"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, {"write": "fdopen"}.get(broken, broken), full)
        with pytest.raises(CannotWrite, match=r"cannot write .*net\.svg: No space left on device"):
            residual().save(path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["net.svg"]


def test_a_name_that_is_refused_gives_the_others_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, fresh, last = tmp_path / "a.svg", tmp_path / "b.txt", tmp_path / "c.dot"
    old.write_text("old")
    old.chmod(0o600)
    replace = os.replace

    def refuse_last(source: str, target: Path) -> None:
        if target == last:
            raise OSError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", refuse_last)
    with pytest.raises(CannotWrite, match=r"cannot write .*c\.dot: Permission denied"):
        save_all(residual(), [old, fresh, last])
    assert os.listdir(tmp_path) == ["a.svg"]
    assert old.read_text() == "old"
    assert old.stat().st_mode & 0o777 == 0o600


def test_an_interrupted_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "chmod", stop)
    with pytest.raises(KeyboardInterrupt):
        residual().save(tmp_path / "net.svg")
    assert not os.listdir(tmp_path)


def test_a_replaced_file_keeps_its_permissions_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    path = residual().save(tmp_path / "net.txt")
    (tmp_path / "usual").touch()
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode
    path.chmod(0o600)
    residual().save(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_showing_opens_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    page = show(residual())
    assert page.name == "TwoBlocks.html"
    assert opened == [page.as_uri()]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
