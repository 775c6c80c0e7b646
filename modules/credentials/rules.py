"""What the shape of Credentials cannot say. Source: OCPI 2.2.1, credentials."""

from hub.wire.interface import Call, Problem
from modules.content import numbered, party, text


def check_credentials(call: Call) -> list[Problem]:
    """No party is listed twice in the same role."""
    seen = set()
    problems = []
    for pointer, role in numbered(call.body, "roles"):
        triple = (party(role), text(role, "role"))
        if triple in seen and None not in triple:
            problems.append(Problem(pointer, "is the same party in the same role as an earlier element"))
        seen.add(triple)
    return problems
