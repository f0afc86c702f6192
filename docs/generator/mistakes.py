"""Configs with one mistake each, for the page that says what rmg makes of them."""

from collections.abc import Mapping

from attrs import frozen

FILE = "rmg.toml"

GRADER = """\
[graders.exact]
use = "text/exact_match"
"""
SHORT = """\
[graders.short]
use = "text/exact_match"
"""


@frozen
class Mistake:
    """What the page shows of a config, the whole of it, and what the command line sets."""

    shown: str
    text: str | bytes
    overrides: tuple[str, ...] = ()


def _first(line: str) -> Mistake:
    """A line at the top of the config."""
    return Mistake(line, f"{line}\n{GRADER}")


def _in(table: str, line: str) -> Mistake:
    """A line in a table of its own."""
    return Mistake(f"[{table}] {line}", f"{GRADER}[{table}]\n{line}\n")


def _use(use: str, *lines: str) -> Mistake:
    """Another grader, and what its table says beside."""
    shown = lines[0] if lines else f'use = "{use}"'
    return Mistake(shown, "\n".join(["[graders.exact]", f'use = "{use}"', *lines, ""]))


def _aggregator(use: str, *lines: str, graders: str = GRADER) -> Mistake:
    shown = "; ".join((f'use = "{use}"', *lines))
    return Mistake(shown, "\n".join([graders, "[aggregators.all]", f'use = "{use}"', *lines, ""]))


def _gated(when: str) -> Mistake:
    """A grader with a condition, beside another one and an aggregator."""
    shown = f'when = "{when}"'
    return Mistake(shown, f'{GRADER}{SHORT}{shown}\n[aggregators.all]\nuse = "any"\n')


def _set(override: str) -> Mistake:
    return Mistake(f"--set {override}", GRADER, (override,))


LATIN = 'packs = ["café"]\n'.encode("latin-1")
TWO_SCALES = '[graders.a]\nuse = "text/wer"\n[graders.b]\nuse = "text/exact_match"\n'

MISTAKES: Mapping[str, tuple[Mistake, ...]] = {
    "The file": (
        Mistake("a file in another encoding", LATIN),
        Mistake("a file of 5 MiB", b"#" * 5 * 2**20),
        Mistake("use = text", "[graders.exact]\nuse = text\n"),
        Mistake("max_concurrency 4", "max_concurrency 4\n" + GRADER),
        Mistake("[graders.exact] twice", GRADER + GRADER),
        Mistake("brackets 100 deep", f"packs = {'[' * 100}{']' * 100}\n"),
        Mistake("no graders", "max_concurrency = 4\n"),
    ),
    "Keys and values": (
        _first("max_concurency = 4"),
        _first("max_concurrency = 0"),
        _first('max_concurrency = "8"'),
        _first("max_errors = 2"),
        _first("max_errors = nan"),
        _first('packs = "text"'),
        _first("budget = { usd = -1 }"),
        Mistake('choose = { x = "sk-…" }', f'choose = {{ x = "sk-{"a1" * 10}" }}\n{GRADER}'),
        _in("dataset", 'on_bad_row = "ignore"'),
        _in("dataset", 'path = "~/answers.jsonl"'),
        _in("dataset", 'path = "answers.txt"'),
        _in("run", 'dir = "../runs"'),
        _use("text/exact_match", "timeout = 0"),
        _use("text/exact_match", 'max_concurrency = "auto"'),
        Mistake("[graders.exact] without use", "[graders.exact]\ntimeout = 1\n"),
        Mistake('[graders."a b"]', GRADER.replace("exact]", '"a b"]')),
        Mistake("[graders.con]", GRADER.replace("exact]", "con]")),
        Mistake(
            "[aggregators.exact]",
            GRADER + '[aggregators.exact]\nuse = "mean"\n',
        ),
    ),
    "On the command line": (
        _set("max_concurrency"),
        _set("packs.text=1"),
        _set("max_concurrency=none"),
    ),
    "Requirements": (
        _first('requires = ["rmg-core>=9"]'),
        _first('requires = ["rmg-plugin-chemistry"]'),
        _first('requires = ["text >"]'),
    ),
    "Graders and their options": (
        _use("text/exact_mach"),
        _use("exact_match"),
        _use("text:"),
        _use("./graders.py:polite"),
        _use("text/exact_match", "options = { ignore_cases = true }"),
        _use("text/exact_match", 'options = { ignore_case = "yes" }'),
        _use("text/length_between", 'options = { minimum = 1, unit = "lines" }'),
        _use("text/regex"),
        _use("text/regex", "options = { pattern = '(' }"),
    ),
    "Mappers": (
        _use("text/exact_match", 'mapper = { response = "answer" }'),
        _use("text/exact_match", 'mapper = { answer = "a", response = "a", reference = "b" }'),
        _use("text/exact_match", 'mapper = { response = "a..b", reference = "b" }'),
        _use("text/exact_match", 'mapper = "text/answers"'),
    ),
    "Conditions": (
        _use("text/exact_match", 'when = "short > 0.5"'),
        _use("text/exact_match", 'when = "exact > 0.5"'),
        _gated("exakt > 0.5"),
        _gated("all > 0.5"),
        _gated("exact"),
        _gated("exact = 1"),
        _gated("1 > 0"),
        _gated("exact >= 7"),
        Mistake(
            "two graders that wait for each other",
            GRADER + 'when = "short < 1"\n' + SHORT + 'when = "exact < 1"\n',
        ),
    ),
    "Gates": (
        Mistake("[gates.exakt]", GRADER + "[gates.exakt]\nmin = 0.5\n"),
        Mistake("a gate without a rule", GRADER + '[gates.exact]\nby = "topic"\n'),
        Mistake("[gates.exact] min = 70", GRADER + "[gates.exact]\nmin = 70\n"),
    ),
    "Aggregators": (
        _aggregator("weighted_sum", "options = { weights = { exakt = 1 } }"),
        _aggregator("weighted_sum", "options = { weights = { exact = -1 } }"),
        _aggregator("weighted_sum", "options = { weights = {} }"),
        _aggregator("mean", 'options = { on_missing = "renormalise" }'),
        _aggregator("mean", "options = { on_missing = { impute = 2 } }"),
        _aggregator("mean", graders=TWO_SCALES),
        _aggregator("threshold", 'options = { grader = "exact", at = 3 }'),
        _aggregator("expression", "options = { formula = 'exact +' }"),
        _aggregator("mean", 'repeats_of = "fuzzy"'),
        _aggregator("mean", 'group_by = "topic"'),
        _aggregator("rank", 'options = { grader = "exact" }'),
        _aggregator("rank", 'group_by = "id"', 'repeats_of = "exact"', 'options.grader = "exact"'),
        _aggregator("pass_at_k", 'repeats_of = "exact"', "options = { k = 3 }"),
    ),
}
