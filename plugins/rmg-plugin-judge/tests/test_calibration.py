import json

import pytest

from rmg_core import GraderScore, GraderSkip, Scale
from rmg_plugin_judge.calibration import calibrated, read_curve


def curve(tmp_path, **made) -> str:
    path = tmp_path / "judge.calib.json"
    path.write_text(json.dumps(made))
    return str(path)


def share(path: str, score: float) -> float:
    outcome = calibrated(GraderScore(score, scale=Scale(0, 5)), read_curve(path))
    assert outcome.score == score
    return outcome.metadata["calibrated"]


@pytest.mark.parametrize(
    ("score", "expected"), [(0, 0.1), (1, 0.1), (2, 0.3), (3, 0.5), (4, 0.9), (5, 0.9)]
)
def test_an_isotonic_curve_is_straight_between_its_points(tmp_path, score, expected):
    path = curve(tmp_path, kind="isotonic", x=[1, 3, 4], y=[0.1, 0.5, 0.9])
    assert share(path, score) == pytest.approx(expected)


def test_a_logistic_curve_is_a_half_where_its_sum_is_zero(tmp_path):
    path = curve(tmp_path, kind="logistic", slope=2, offset=-6)
    assert share(path, 3) == pytest.approx(0.5)
    assert share(path, 5) > 0.98


@pytest.mark.parametrize(
    "made",
    [
        {"kind": "isotonic", "x": [1, 1], "y": [0, 1]},
        {"kind": "isotonic", "x": [1, 2], "y": [1, 0]},
        {"kind": "isotonic", "x": [1, 2], "y": [0, 2]},
        {"kind": "isotonic", "x": [], "y": []},
        {"kind": "spline"},
        {"kind": "logistic", "slope": 1},
    ],
)
def test_what_is_no_curve_is_refused(tmp_path, made):
    with pytest.raises(ValueError, match="cannot be read"):
        read_curve(curve(tmp_path, **made))


def test_what_is_no_score_stays_as_it_is(tmp_path):
    made = read_curve(curve(tmp_path, kind="logistic", slope=1, offset=0))
    assert calibrated(GraderSkip("no"), made) == GraderSkip("no")
    assert calibrated(GraderScore(1.0), None) == GraderScore(1.0)
