"""The key file: a key is added before the others and dropped from them, and no moment shows half a file."""

import multiprocessing
from pathlib import Path

import pytest

from hub.key_file import KEY_FILE, KEYS_MAX, SecretKeyUnusable, add_key, drop_keys, read_keys


def test_a_new_key_comes_first(tmp_path: Path) -> None:
    """The older ones stay, in order, and the file is its owner's alone."""
    path = tmp_path / KEY_FILE
    first = read_keys(path)
    add_key(path)
    second = read_keys(path)
    add_key(path)

    assert second[1:] == first
    assert read_keys(path)[1:] == second
    assert path.stat().st_mode & 0o777 == 0o600
    assert {one.name for one in tmp_path.iterdir()} == {KEY_FILE, "secret.lock"}


def test_a_key_is_dropped_but_never_the_one_in_use(tmp_path: Path) -> None:
    """Whatever is asked, one key stays."""
    path = tmp_path / KEY_FILE
    read_keys(path)
    add_key(path)
    keys = read_keys(path)

    drop_keys(path, keys)

    assert read_keys(path) == keys[:1]


def test_a_file_holds_a_few_keys_at_most(tmp_path: Path) -> None:
    """Whoever forgets to retire old ones is told."""
    path = tmp_path / KEY_FILE
    for _ in range(KEYS_MAX - 1):
        add_key(path)

    with pytest.raises(SecretKeyUnusable, match="retire an old one first"):
        add_key(path)
    assert len(read_keys(path)) == KEYS_MAX


def _add(path: Path) -> None:
    add_key(path)


def test_processes_that_add_at_once_lose_no_key(tmp_path: Path) -> None:
    """Each new key is in the file afterwards, and the file was whole at every moment."""
    path = tmp_path / KEY_FILE
    read_keys(path)
    with multiprocessing.get_context("forkserver").Pool(3) as pool:
        added = pool.map_async(_add, [path] * 5, chunksize=1)
        while not added.ready():
            assert 1 <= len(read_keys(path)) <= 6
        added.get()

    assert len(set(read_keys(path))) == 6


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A sentence, no traceback."""
    with pytest.raises(SecretKeyUnusable, match="cannot change"):
        add_key(tmp_path / "no such folder" / KEY_FILE)


@pytest.mark.parametrize("content", ["", "\n", "ab" * 32 + "\nxyz", ("ab" * 32 + "\n") * (KEYS_MAX + 1)])
def test_a_strange_file_is_no_key_file(tmp_path: Path, content: str) -> None:
    """It is never taken for keys, nor overwritten."""
    path = tmp_path / KEY_FILE
    path.touch(mode=0o600)
    path.write_text(content)

    with pytest.raises(SecretKeyUnusable, match="put the right file back"):
        read_keys(path)
    assert path.read_text() == content
