"""Reports made in a test, without a run."""

from typing import Any

from contracts.report import Report, Result, Shown

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "a\u202eb\u2066c\x00\x1b[31m\ufffe\r\nd",
    "N" * 255,
    "שלום عليكم",
    "</style><style>*{display:none}",
    "]]>&amp;<!--",
    "javascript:alert(1)",
)
"""What a partner can call itself."""


def result(check_id: str = "VER-01", **changes: Any) -> Result:
    """A passed check."""
    about: dict[str, Any] = {
        "module": "versions",
        "title": "A list of versions is there",
        "severity": "blocker",
        "status": "active",
        "kind": "positive",
        "verdict": "passed",
        "why": "Nobody can connect without it.",
        "fix": "Give it.",
        "spec": "version_information_endpoint#get",
        "rules": ("H2.01",),
        "ms": 12.3,
    }
    return Result(check_id=check_id, **(about | changes))


def failed(check_id: str = "VER-02", said: str = "HTTP 200", **changes: Any) -> Result:
    """A failed one, with an exchange in which `said` is everywhere."""
    exchange = Shown(
        method="GET",
        url=f"https://cpo.example/{said}",
        request_headers={"X-Request-ID": said},
        request_body=said,
        http=200,
        headers={said: said},
        body=said,
        ms=3.2,
    )
    about: dict[str, Any] = {
        "verdict": "failed",
        "expected": f"HTTP 401 {said}",
        "observed": said,
        "curl": f"curl -si '{said}'",
        "exchanges": (exchange,),
    }
    return result(check_id, **(about | changes))


def report(*results: Result, **changes: Any) -> Report:
    """A complete run with these results."""
    about: dict[str, Any] = {
        "suite_version": "1.0.0",
        "suite_digest": "0123456789abcdef" * 4,
        "ocpi": "2.2.1",
        "role": "CPO",
        "mode": "observe",
        "party": "NL*CPA",
        "versions_url": "https://cpo.example/versions",
        "started_at": "2026-12-01T12:00:00Z",
        "seconds": 4.2,
        "complete": True,
    }
    return Report(results=results, **(about | changes))
