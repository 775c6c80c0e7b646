"""What the hub carries between equal versions arrives byte for byte, in both directions."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.simulate.messages import Reply
from tests import words
from tests.whole.json_texts import members, objects, values
from tests.whole.platforms import R, S, Scripted

over_http = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@over_http
@given(body=objects, said=values, around=st.tuples(members, members))
async def test_any_json_goes_through_both_ways(
    operator: Scripted, provider: Scripted, body: str, said: str, around: tuple[list[str], list[str]]
) -> None:
    """H3.03, H3.04: unknown fields, number texts, order, spelling and white space survive, in requests and in answers."""
    before, after = around
    answered = "{" + ", ".join([*before, '"status_code": 1000', f'"data" : {said}', *after]) + "}\n"
    operator.forget()
    provider.forget()
    provider.on("PUT", "sessions", R, Reply(body=answered.encode()))

    answer = await operator.ask("PUT", "sessions", R, "/NL/CPA/S1", body.encode(), to=words.EMSP)

    (received,) = provider.got("sessions")
    assert received.body == body.encode()
    assert (answer.status, answer.body) == (200, answered.encode())


@over_http
@given(before=members, after=members)
async def test_a_command_changes_in_its_response_url_alone(
    operator: Scripted, provider: Scripted, before: list[str], after: list[str]
) -> None:
    """H3.04, H4.31: around the response_url of a command every byte stays."""
    theirs = f"{provider.url}/result/1"
    body = "{" + ",\n ".join([*before, f'"response_url" : "{theirs}"', *after]) + "}"
    operator.forget()

    await provider.ask("POST", "commands", R, "/STOP_SESSION", body.encode(), to=words.CPO)

    (received,) = operator.got("commands")
    ours = received.json["response_url"]
    assert ours != theirs
    assert received.body == body.replace(f'"{theirs}"', f'"{ours}"').encode()


async def test_an_answer_of_many_pages_worth_is_carried_whole(cpo: Scripted, emsp: Scripted) -> None:
    """H3.04: a megabyte of signed data passes in a CDR, and half a megabyte of Locations in an answer."""
    signed = {"nature": "Start", "plain_data": "p" * 5000, "signed_data": "s" * 5000}
    body = words.body(words.cdr(signed_data={"encoding_method": "OCMF", "signed_values": [signed] * 100}))
    listed = words.body({"data": [words.location()] * 500, "status_code": words.number("1000")})
    cpo.on("GET", "locations", S, Reply(body=listed))

    posted = await cpo.ask("POST", "cdrs", R, "", body, to=words.EMSP)
    page = await emsp.ask("GET", "locations", S, to=words.CPO)

    assert posted.status_code == 1000
    assert emsp.got("cdrs")[0].body == body
    assert page.body == listed
