"""The server key, the hashes and seals made with it, and the random texts."""

import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.key_file import KEY_FILE, SecretKeyUnusable
from hub.secrets import SealBroken, Secrets, key_of, new_token, opaque

KEY = "a long enough passphrase of forty chars."
TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64)
IDS = st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable())
SECRETS = Secrets(KEY.encode())


@given(credentials_token=TOKENS, platform_id=IDS)
def test_a_sealed_token_opens_for_its_platform(credentials_token: str, platform_id: str) -> None:
    """Whatever is sealed for a platform is read back to the character."""
    sealed = SECRETS.seal(credentials_token, platform_id)

    assert SECRETS.unseal(sealed, platform_id) == credentials_token


@given(credentials_token=TOKENS, platform_id=IDS, other_id=IDS)
def test_a_sealed_token_moved_to_another_platform_does_not_open(
    credentials_token: str, platform_id: str, other_id: str
) -> None:
    """A ciphertext copied into another platform's record is refused."""
    sealed = SECRETS.seal(credentials_token, platform_id)

    if platform_id != other_id:
        with pytest.raises(SealBroken):
            SECRETS.unseal(sealed, other_id)


@given(credentials_token=TOKENS, where=st.integers(min_value=0), bit=st.integers(min_value=0, max_value=6))
def test_a_changed_seal_never_opens_as_another_token(credentials_token: str, where: int, bit: int) -> None:
    """Whatever single bit of the text is flipped: it is refused, or (unused bits at an end) still the same token."""
    sealed = SECRETS.seal(credentials_token, "p-1")
    at = where % len(sealed)
    changed = sealed[:at] + chr(ord(sealed[at]) ^ (1 << bit)) + sealed[at + 1 :]

    try:
        opened = SECRETS.unseal(changed, "p-1")
    except SealBroken:
        return
    assert opened == credentials_token


def test_a_seal_never_repeats() -> None:
    """Sealing the same token twice gives two texts: nobody sees that two partners share a token."""
    assert SECRETS.seal("secret", "p-1") != SECRETS.seal("secret", "p-1")


def test_a_seal_of_another_server_key_says_so() -> None:
    """After a lost or changed server key the error says what to bring back."""
    sealed = Secrets(b"another passphrase of forty characters..").seal("secret", "p-1")

    with pytest.raises(SealBroken, match=r"another server key: set HUB_SECRET_KEY or secret\.key back"):
        SECRETS.unseal(sealed, "p-1")


@pytest.mark.parametrize("broken", ["", "x", "..", f"{SECRETS.kid}..", f"{SECRETS.kid}.é.é", f"{SECRETS.kid}.AAAA"])
def test_what_is_no_seal_is_refused(broken: str) -> None:
    """Any other text raises SealBroken and nothing else."""
    with pytest.raises(SealBroken):
        SECRETS.unseal(broken, "p-1")


def test_a_token_is_64_printable_characters_with_256_random_bits() -> None:
    """H1.04: at most 64 characters, all in U+0021..U+007E, from at least 32 random bytes; no two alike."""
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {64}
    assert all("\x21" <= character <= "\x7e" for token in tokens for character in token)


def test_an_opaque_text_fits_a_url_and_cannot_be_guessed() -> None:
    """H4.01: at least 128 random bits (22 characters of a 64 letter alphabet), url-safe, no two alike."""
    texts = {opaque() for _ in range(1000)}

    assert len(texts) == 1000
    assert all(len(text) >= 22 and text.replace("-", "a").replace("_", "a").isalnum() for text in texts)


def test_a_hash_depends_on_token_and_server_key() -> None:
    """The same token hashes alike under one key and differently under another; the hash is not the token."""
    other = Secrets(b"another passphrase of forty characters..")

    assert SECRETS.hash_token("secret") == Secrets(KEY.encode()).hash_token("secret")
    assert len({SECRETS.hash_token("secret"), SECRETS.hash_token("Secret"), other.hash_token("secret"), "secret"}) == 4


def test_nothing_that_is_printed_shows_a_key() -> None:
    """The text of a Secrets holds its key id alone, which is the start of no key."""
    shown = f"{SECRETS} {SECRETS!r}"

    assert shown == f"Secrets(kid='{SECRETS.kid}') Secrets(kid='{SECRETS.kid}')"
    assert not SECRETS.admin_key.hex().startswith(SECRETS.kid)


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """The first start makes secret.key with mode 0600, in a folder of its own; the second reads it."""
    first = Secrets.load("", tmp_path / "new")
    second = Secrets.load("", tmp_path / "new")

    assert second.unseal(first.seal("secret", "p-1"), "p-1") == "secret"
    assert (tmp_path / "new" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == [KEY_FILE]


def _kid(folder: Path) -> str:
    return Secrets.load("", folder).kid


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    """When several processes find no key file, one key remains and all use it."""
    with multiprocessing.get_context("forkserver").Pool(4) as pool:
        kids = pool.map(_kid, [tmp_path] * 16, chunksize=1)

    assert set(kids) == {Secrets.load("", tmp_path).kid}


def test_the_setting_wins_over_the_file(tmp_path: Path) -> None:
    """With HUB_SECRET_KEY no file is made."""
    loaded = Secrets.load(KEY, tmp_path)

    assert loaded.kid == SECRETS.kid
    assert not list(tmp_path.iterdir())


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """The sentence names the file, its mode and the command that mends it."""
    Secrets.load("", tmp_path)
    (tmp_path / KEY_FILE).chmod(0o640)

    with pytest.raises(SecretKeyUnusable, match=r"others on this machine may read .*mode 0640\): run chmod 600 on it"):
        Secrets.load("", tmp_path)


@pytest.mark.parametrize("content", ["", "abcd", "x" * 64, "ab" * 33])
def test_a_key_file_without_a_key_is_refused(tmp_path: Path, content: str) -> None:
    """An empty, short, long or strange file is never taken for a key, nor overwritten."""
    path = tmp_path / KEY_FILE
    path.touch(mode=0o600)
    path.write_text(content)

    with pytest.raises(SecretKeyUnusable, match="holds no key of this hub"):
        Secrets.load("", tmp_path)
    assert path.read_text() == content


def test_a_folder_that_cannot_hold_the_key_is_a_sentence(tmp_path: Path) -> None:
    """The sentence names the settings that help."""
    (tmp_path / "file").touch()

    with pytest.raises(SecretKeyUnusable, match=r"cannot keep its key in .*: set HUB_SECRET_KEY, or HUB_DATA_DIR"):
        Secrets.load("", tmp_path / "file")


OLDER, NEWER = KEY.encode(), b"a newer passphrase of more than forty characters"


@given(credentials_token=TOKENS, platform_id=IDS)
def test_what_an_older_key_made_is_accepted_beside_the_newer(credentials_token: str, platform_id: str) -> None:
    """Seals open, hashes are recognised, and sealing anew moves a token to the key in use, for its platform alone."""
    both = Secrets(NEWER, OLDER)
    sealed = SECRETS.seal(credentials_token, platform_id)
    moved = both.resealed(sealed, platform_id)

    assert both.unseal(sealed, platform_id) == Secrets(NEWER).unseal(moved, platform_id) == credentials_token
    assert both.resealed(moved, platform_id) == moved
    assert both.hashes(credentials_token) == (
        Secrets(NEWER).hash_token(credentials_token),
        SECRETS.hash_token(credentials_token),
    )
    assert (key_of(sealed), key_of(moved)) == (SECRETS.kid, Secrets(NEWER).kid)


def test_another_process_sees_a_new_key_when_it_needs_it(tmp_path: Path) -> None:
    """What one process sealed with a key that it just made opens in another that has not looked yet."""
    one, other = Secrets.load("", tmp_path), Secrets.load("", tmp_path)
    before = one.kid

    kid = one.rotate()
    sealed = one.seal("secret", "p-1")

    assert (other.kid, one.kids) == (before, (kid, before))
    assert other.unseal(sealed, "p-1") == "secret"
    assert other.kids == one.kids
    assert other.refresh() is False


def test_a_retired_key_opens_nothing(tmp_path: Path) -> None:
    """And the one in use cannot be retired."""
    secrets = Secrets.load("", tmp_path)
    sealed, older = secrets.seal("secret", "p-1"), secrets.kid
    newer = secrets.rotate()

    secrets.retire([older, newer])

    assert secrets.kids == (newer,)
    with pytest.raises(SealBroken):
        secrets.unseal(sealed, "p-1")


def test_a_broken_key_file_changes_nothing_while_the_hub_runs(tmp_path: Path) -> None:
    """The keys that were read stay in use."""
    secrets = Secrets.load("", tmp_path)
    kid = secrets.kid
    (tmp_path / KEY_FILE).write_text("nonsense")

    assert secrets.refresh() is False
    assert secrets.kid == kid


def test_keys_of_the_environment_are_not_the_hubs_to_change() -> None:
    """The sentence says how they are changed."""
    secrets = Secrets.load(KEY, Path("/nowhere"), NEWER.decode() + ",")

    assert secrets.kids == (SECRETS.kid, Secrets(NEWER).kid)
    assert not secrets.in_file
    with pytest.raises(SecretKeyUnusable, match="HUB_SECRET_KEYS_OTHER"):
        secrets.rotate()
