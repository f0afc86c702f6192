"""The probe `repeat`: the same samples several times."""

from collections.abc import Iterator

import numpy as np
from attrs import evolve

from rmg_plugin_stats.alpha import krippendorff_alpha
from rmg_plugin_stats.bias import repeat_consistency
from rmg_plugin_stats.probes.effects import coverage
from rmg_plugin_stats.probes.settings import Altered, Answers, Probe, Setting, score_of
from rmg_plugin_stats.reading import read
from rmg_plugin_stats.reports import Section


def unfit(setting: Setting) -> str:
    """Say nothing: whatever is graded can be graded again."""
    return "" if setting.items else "there is no sample"


def alter(_: Setting) -> Iterator[Altered]:
    """Yield nothing: the same samples are graded several times, if they were not in the run."""
    return iter(())


def report(answers: Answers) -> Section:
    """Say how far the scores of the same sample differ."""
    setting = answers.setting
    column = setting.column.name
    kept = read(setting.run, [column]).columns[column].repeats
    if kept is not None:
        table = kept
        said = f"From the {setting.column.repeats} repeats of the run; nothing was asked."
    else:
        table = np.array(
            [[score_of(each) for each in outcomes] for outcomes in answers.repeats], dtype=float
        ).reshape(-1, setting.repeats)
        said = f"Asked {setting.repeats} times each."
    found = repeat_consistency(table, seed=setting.seed)
    alpha = krippendorff_alpha(table, "interval", seed=setting.seed)
    alpha = evolve(alpha, name="Krippendorff's α of repeats, interval")
    return Section(
        PROBE.key,
        PROBE.title,
        [found.flip_rate, alpha, found.within, found.between, found.within_share],
        [coverage(answers)] if answers.repeats else [],
        [said],
    )


PROBE = Probe("repeat", "the same samples again", unfit, alter, report)
