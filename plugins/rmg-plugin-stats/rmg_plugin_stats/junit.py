"""What became of gates as JUnit XML, as CI servers read it: one test case a rule."""

import re
from typing import Final
from xml.etree import ElementTree as ET

from rmg_plugin_stats.gate_report import sentence
from rmg_plugin_stats.gate_rules import GateReport, RuleVerdict

# XML 1.0, production 2: nothing else can stand in a document, escaped or not.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_of(found: GateReport, *, lets_undecided_pass: bool = False) -> bytes:
    """Return JUnit XML, valid by the schema junit-10 of Jenkins.

    A rule that fails is a failure, of type `fail`; one that is inconclusive is a failure too, of
    type `inconclusive`, or where these may pass a case that was skipped. The figures are
    properties of the suite, named by gate and rule, because a case of that schema has none.
    """
    undecided = len(found.of("inconclusive"))
    counts = {
        "tests": str(len(found.rules)),
        "failures": str(len(found.of("fail")) + (0 if lets_undecided_pass else undecided)),
        "errors": "0",
    }
    suites = ET.Element("testsuites", {"name": "rmg gate", **counts})
    skipped = {"skipped": str(undecided if lets_undecided_pass else 0)}
    suite = ET.SubElement(suites, "testsuite", {"name": _clean(found.run), **counts, **skipped})
    properties = ET.SubElement(suite, "properties")
    _property(properties, "verdict", found.verdict)
    if found.against is not None:
        _property(properties, "against", found.against)
    for each in found.rules:
        for name, value in _figures(each):
            _property(properties, f"{each.gate}.{each.name}.{name}", value)
    for each in found.rules:
        _case(suite, each, lets_undecided_pass=lets_undecided_pass)
    ET.SubElement(suite, "system-out").text = _clean(sentence(found))
    if found.warnings:
        ET.SubElement(suite, "system-err").text = _clean("\n".join(found.warnings))
    ET.indent(suites)
    made: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _case(suite: ET.Element, each: RuleVerdict, *, lets_undecided_pass: bool) -> None:
    names = {"classname": _clean(f"gates.{each.gate}"), "name": _clean(each.name), "time": "0"}
    case = ET.SubElement(suite, "testcase", names)
    verdict = each.made.verdict
    if verdict != "pass":
        is_let = verdict == "inconclusive" and lets_undecided_pass
        why = f"; {each.made.why}" if each.made.why else ""
        said = _clean(f"{verdict}: {_told(each)}{why}")
        ET.SubElement(case, "skipped" if is_let else "failure", {"type": verdict, "message": said})
    ET.SubElement(case, "system-out").text = _clean(_told(each))


def _figures(each: RuleVerdict) -> list[tuple[str, str]]:
    figure = each.made.figure
    numbers = {
        "bound": each.bound,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
        "needed": each.made.needed,
    }
    told = [(name, f"{number!r}") for name, number in numbers.items() if number is not None]
    return [("verdict", each.made.verdict), *told]


def _told(each: RuleVerdict) -> str:
    """Say what was found, and what was asked."""
    asked = f"{each.rule} is {each.bound:g}, {each.made.figure.name}"
    figure = each.made.figure
    if figure.value is None:
        return f"{asked} is not available: {figure.why}"
    ends = ""
    if figure.low is not None and figure.high is not None and figure.low != figure.high:
        ends = f", {figure.level:.4g} interval {figure.low:.6g} to {figure.high:.6g}"
    return f"{asked} {figure.value:.6g}{ends}, n {figure.n} {figure.unit} ({figure.rule})"


def _property(properties: ET.Element, name: str, value: str) -> None:
    ET.SubElement(properties, "property", {"name": _clean(name), "value": _clean(value)})


def _clean(text: str) -> str:
    """Strip what XML 1.0 forbids; what it only reserves is escaped where it is written."""
    return _FORBIDDEN.sub("", text)
