"""The client of the admin API: what a person is told when the hub does not answer as it should."""

from pathlib import Path

import httpx  # noqa: TID251 - what the client under test is made of
import jwt
import pytest
import respx

from hub.admin import address, bearer
from hub.config import Settings
from hub.control import AdminClient, HubAway, HubRefused, mint_token, open_client
from hub.secrets import Secrets

URL = "https://hub.example"
ASKED = f"{URL}/admin/v1/partners"


def client() -> AdminClient:
    """A client with a token that no hub looks at."""
    return AdminClient(URL, lambda: "t0ken", local=False)


@respx.mock
def test_what_goes_out() -> None:
    """Path segments are encoded one by one, the token is a Bearer token, the body is JSON."""
    route = respx.patch(url__eq=f"{ASKED}/Gr%C3%BCn%2FPlug%20%2A%3F").respond(json={"name": "x"})

    assert client().ask("PATCH", "partners", "Grün/Plug *?", body={"catch_up": False}) == {"name": "x"}
    request = route.calls.last.request
    assert request.headers["Authorization"] == "Bearer t0ken"
    assert request.content == b'{"catch_up":false}'


@respx.mock
def test_a_refusal_of_the_hub_keeps_its_words() -> None:
    """code, message, hint and whatever else the error says."""
    error = {"code": "unknown_partner", "message": "There is no partner 'x'.", "hint": "hubctl partner list", "more": 1}
    respx.get(ASKED).respond(404, json={"error": error})

    with pytest.raises(HubRefused, match="There is no partner 'x'") as refused:
        client().ask("GET", "partners")

    assert (refused.value.http_status, refused.value.code, refused.value.hint) == (
        404,
        "unknown_partner",
        error["hint"],
    )
    assert refused.value.details == {"more": 1}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Welcome</html>"),
        httpx.Response(502, text="Bad Gateway"),
        httpx.Response(404, json={"status_code": 2000}),
        httpx.Response(302, headers={"Location": "https://login.example"}),
        httpx.Response(500, json=["error"]),
    ],
    ids=lambda answer: str(answer.status_code),
)
@respx.mock
def test_something_else_answers(answer: httpx.Response) -> None:
    """A proxy's page, a login or an OCPI envelope is said to be no admin API; redirects are not followed."""
    respx.get(ASKED).mock(return_value=answer)

    with pytest.raises(HubAway, match=f"HTTP {answer.status_code}, but not as the admin API"):
        client().ask("GET", "partners")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ConnectError("Connection refused"), "No hub answers at https://hub.example"),
        (httpx.ReadTimeout("slow"), "did not answer within 30 s"),
        (httpx.ReadError("reset"), "cannot be asked"),
    ],
)
@respx.mock
def test_nothing_answers(error: Exception, said: str) -> None:
    """Refused, silent and broken connections are told apart, each with a hint."""
    respx.get(ASKED).mock(side_effect=error)

    with pytest.raises(HubAway, match=said) as away:
        client().ask("GET", "partners")

    assert away.value.hint


@pytest.mark.parametrize("url", ["hub.example", "ftp://hub.example", "http://[::1", "https://"])
def test_an_address_that_is_none(url: str) -> None:
    """HUB_ADMIN_URL without a scheme, or broken, is named."""
    with pytest.raises(HubAway, match="cannot be asked"):
        AdminClient(url, lambda: "t", local=False).ask("GET", "partners")


def test_the_hub_on_this_machine_is_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Address and key of the data directory are enough; the token is good for a minute and made anew for each call."""
    monkeypatch.setenv("HUB_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LOGNAME", "jan")
    secrets = Secrets.load("", settings.data_path)
    address.write(settings.data_path, "http://127.0.0.1:1")
    with respx.mock:
        route = respx.get("http://127.0.0.1:1/admin/v1/status").respond(json={})

        open_client().ask("GET", "status")

    token = route.calls.last.request.headers["Authorization"].removeprefix("Bearer ")
    assert bearer.check([secrets.admin_key], token)[0] == "jan@local"
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 60


def test_another_machines_variables_win(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """With HUB_ADMIN_URL and HUB_ADMIN_TOKEN the data directory is not looked at; the first alone is refused."""
    monkeypatch.setenv("HUB_DATA_DIR", str(settings.data_dir))
    address.write(settings.data_path, "http://127.0.0.1:1")
    monkeypatch.setenv("HUB_ADMIN_URL", f"{URL}/")
    with pytest.raises(HubRefused, match="HUB_ADMIN_TOKEN is not"):
        open_client()

    monkeypatch.setenv("HUB_ADMIN_TOKEN", "t")
    assert open_client().url == URL


def test_no_key_is_made_for_a_hub_that_never_was(settings: Settings, tmp_path: Path) -> None:
    """Where no hub ever started there is no key, and asking for a token makes none."""
    with pytest.raises(HubAway, match="no hub ever started here"):
        mint_token(settings, "jan", bearer.LONGEST_LIFE)

    assert list(tmp_path.iterdir()) == []
