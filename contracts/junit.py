"""A report as JUnit XML, for build servers: a suite for each module, a case for each check."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET  # only written here, never read

from contracts.report import Report, Result

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


def junit(report: Report) -> str:
    """The whole file. A run that was cut has a failed case of its own, so that it is green nowhere."""
    modules = dict.fromkeys(one.module for one in report.results)
    suites = [_suite(name, [one for one in report.results if one.module == name], report) for name in modules]
    if not report.complete:
        suites.append(_cut(report))
    about = {"name": "OCPI contract suite", "time": f"{report.seconds:.3f}"}
    root = ET.Element("testsuites", about | _counts(suites))
    root.extend(suites)
    ET.indent(root)
    return f"{_DECLARATION}\n{ET.tostring(root, encoding='unicode')}\n"


def _suite(name: str, results: Sequence[Result], report: Report) -> ET.Element:
    suite = _empty(name, report, sum(one.ms for one in results) / 1000)
    suite.extend(_case(one) for one in results)
    return _counted(suite)


def _cut(report: Report) -> ET.Element:
    suite = _empty("run", report, 0.0)
    case = ET.SubElement(suite, "testcase", classname="ocpi.run", name="Every check had its time", time="0.000")
    said = f"the time was over after {report.seconds:g} s"
    ET.SubElement(
        case, "failure", type="incomplete", message=said
    ).text = "What was not judged is not known to be right."
    return _counted(suite)


def _empty(name: str, report: Report, seconds: float) -> ET.Element:
    suite = ET.Element("testsuite", name=name, timestamp=report.started_at.removesuffix("Z"), time=f"{seconds:.3f}")
    properties = ET.SubElement(suite, "properties")
    for key, value in (
        ("suite_version", report.suite_version),
        ("suite_digest", report.suite_digest),
        ("ocpi", report.ocpi),
        ("role", report.role),
        ("mode", report.mode),
        ("party", report.party),
        ("versions_url", report.versions_url),
        ("complete", "true" if report.complete else "false"),
    ):
        ET.SubElement(properties, "property", name=key, value=value)
    return suite


def _case(one: Result) -> ET.Element:
    name = f"{one.check_id} {one.title}"
    case = ET.Element("testcase", classname=f"ocpi.{one.module}", name=name, time=f"{one.ms / 1000:.3f}")
    said = f"expected {one.expected}; observed {one.observed}"
    if one.verdict == "failed":
        ET.SubElement(case, "failure", type=one.severity, message=said).text = _told(one)
    elif one.verdict == "skipped":
        ET.SubElement(case, "skipped", message=one.observed)
    elif one.verdict == "warning":
        ET.SubElement(case, "system-out").text = f"Warning (on the watch-list): {said}\n{_told(one)}"
    return case


def _told(one: Result) -> str:
    lines = [f"Expected: {one.expected}", f"Observed: {one.observed}", f"Why: {one.why}", f"Fix: {one.fix}"]
    lines.append(f"Source: OCPI 2.2.1, {one.spec}" + (f" ({', '.join(one.rules)})" if one.rules else ""))
    return "\n".join([*lines, *([one.curl] if one.curl else [])])


def _counted(suite: ET.Element) -> ET.Element:
    suite.attrib |= {
        "tests": str(len(suite.findall("testcase"))),
        "failures": str(len(suite.findall("testcase/failure"))),
        "errors": "0",
        "skipped": str(len(suite.findall("testcase/skipped"))),
    }
    return suite


def _counts(suites: Sequence[ET.Element]) -> dict[str, str]:
    names = ("tests", "failures", "errors", "skipped")
    return {name: str(sum(int(suite.attrib[name]) for suite in suites)) for name in names}
