"""Public keys of signatures: every one that ever was in use, and none that somebody else put into the database."""

import base64

from hub.secrets import Secrets
from hub.store.guarding import SigningKey
from hub.store.protocols import Store
from hub.verdicts import check, sign, write
from hub.verifying.signing_keys import SigningKeys
from tests.hub.store.samples import NOON

OLDER, NEWER = b"an older server key of forty characters.", b"a newer server key of forty characters.."


async def test_old_keys_stay_published(store: Store) -> None:
    """After the server key was changed and the older one retired, what it signed can be checked."""
    verdict = write(sign({"format": 1}, Secrets(OLDER)))
    await SigningKeys(store.signing_keys, Secrets(OLDER)).keep()
    await SigningKeys(store.signing_keys, Secrets(NEWER, OLDER)).keep()

    published = await SigningKeys(store.signing_keys, Secrets(NEWER)).document()

    assert check(verdict, published)["format"] == 1
    assert {key["kid"] for key in published["keys"]} == {Secrets(OLDER).verdict_kid, Secrets(NEWER).verdict_kid}


async def test_a_key_that_the_hub_did_not_seal_is_not_published(store: Store) -> None:
    """Whoever can write to the database signs nothing in the hub's name."""
    hub, eve = Secrets(OLDER), Secrets(NEWER)
    (kid, public), *_ = eve.verdict_public_keys.items()
    for sealed in (
        eve.seal(base64.b64encode(public).decode(), f"signing key {kid}"),
        base64.b64encode(public).decode(),
    ):
        await store.signing_keys.put(SigningKey(kid=kid, sealed=sealed, since=NOON))
        published = await SigningKeys(store.signing_keys, hub).document()
        assert [key["kid"] for key in published["keys"]] == [hub.verdict_kid]
