"""`rmg rank`, as its user sees it."""

import json

import pytest

from .labelled_run import CONFIG, kept, rmg

STRONG = {"alpha": 3, "beta": 2, "gamma": 1}


def pair(at, one, two):
    won = 0.5 if at % 5 == 0 else float(STRONG[one] > STRONG[two])
    won = 1 - won if at % 7 == 0 else won
    return {
        "a": one,
        "b": two,
        "q": at // 6,
        "answer": "x",
        "score": None if at == 8 else won,
        "second_score": won if at % 4 else 0.5,
        "human": {1.0: "A", 0.5: "tie", 0.0: two}[won if at % 3 else 0.5],
        "ra": "word " * (at % 9),
        "rb": "word " * (at % 11),
    }


COUPLES = [(one, two) for one in STRONG for two in STRONG if one != two]
ROWS = [{"id": at, **pair(at, *COUPLES[at % 6])} for at in range(120)]
PAIRS = ("rank", "runs/qa", "--first", "a", "--second", "b")
QUICK = ("--resamples", "50")
PANEL = CONFIG + '\n[graders.other]\nuse = "./graders.py:other"\n'


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(rows=ROWS, config=CONFIG):
        kept(tmp_path, rows, config)
        capsys.readouterr()
        return tmp_path

    return run


def told(capsys, *arguments):
    assert rmg(*arguments, *QUICK, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_pairs_are_ranked_with_what_the_order_rests_on(desk, capsys):
    desk()
    assert rmg(*PAIRS, "--prompt", "q", *QUICK) == 0
    out = capsys.readouterr().out
    assert out.startswith("3 systems by 119 games in runs/qa\n")
    for each in ("Bradley-Terry, ties: davidson", "cyclic triads", "Points against each other"):
        assert each in out
    assert "alpha > beta > gamma" in out
    found = told(capsys, *PAIRS, "--prompt", "q")
    assert [each["name"] for each in found["systems"]] == ["alpha", "beta", "gamma"]
    first = found["systems"][0]
    assert first["rank"]["value"] == 1
    assert first["strength"]["low"] < first["strength"]["value"] < first["strength"]["high"]
    assert first["against"]["beta"]["games"] == 39
    assert (found["games"], found["missing"], found["prompts"]) == (119, 1, 20)


def test_both_orders_count_each_or_once(desk, capsys):
    desk()
    found = told(capsys, *PAIRS, "--prompt", "q", "--orders", "net")
    assert found["games"] == 60
    names = [each["name"] for each in found["sections"]["orders"]["figures"]]
    assert names[:2] == ["first-position share", "consistency when swapped"]
    assert rmg(*PAIRS, "--orders", "net") == 2
    assert "both orders of a pair are known by their prompt" in capsys.readouterr().err


def test_strengths_at_equal_length_stand_beside(desk, capsys):
    desk()
    found = told(capsys, *PAIRS, "--prompt", "q", "--response", "ra", "--response", "rb")
    assert found["sections"]["controlled"]["figures"][0]["name"] == "weight of log length ratio"
    assert found["systems"][0]["controlled"]["value"] is not None
    assert rmg(*PAIRS, "--response", "ra") == 2
    assert "games of pairs take 2 fields of responses, and 1 are named" in capsys.readouterr().err


def test_a_panel_is_worth_what_its_errors_say(desk, capsys):
    desk(config=PANEL)
    both = (*PAIRS, "--column", "judge", "--column", "other", "--prompt", "q")
    panel = told(capsys, *both)["sections"]["panel"]["figures"][0]
    assert (panel["value"], panel["why"]) == (
        None,
        "errors are known against a truth only: name the field with --truth",
    )
    panel = told(capsys, *both, "--truth", "human")["sections"]["panel"]["figures"][0]
    assert panel["name"] == "n_eff of 2 judges"
    assert 1 <= panel["value"] <= 2


def test_lists_are_ranked_by_the_places_they_give(desk, capsys):
    rows = [
        {"id": at, "places": [1, 2, 3] if at % 4 else [3, 1, 2], "systems": list(STRONG)}
        for at in range(20)
    ]
    config = CONFIG.replace("graders.py:judged", "graders.py:ranked")
    desk(rows, config)
    found = told(capsys, "rank", "runs/qa", "--system", "systems")
    assert (found["kind"], found["games"], found["prompts"]) == ("lists", 60, 20)
    assert found["systems"][0]["name"] == "alpha"
    assert rmg("rank", "runs/qa") == 2
    assert "name the list of systems with --system FIELD" in capsys.readouterr().err


def test_scores_of_the_same_prompt_are_compared(desk, capsys):
    rows = [
        {"id": f"{at}{name}", "answer": "x", "m": name, "q": at, "score": (value + at % 3) / 6}
        for at in range(20)
        for name, value in STRONG.items()
    ]
    desk(rows)
    scores = ("rank", "runs/qa", "--system", "m", "--prompt", "q")
    found = told(capsys, *scores)
    assert (found["kind"], found["games"]) == ("scores", 60)
    alpha = found["systems"][0]
    assert alpha["strength"]["value"] is None
    assert "no two systems reach each other" in alpha["strength"]["why"]
    assert alpha["rank"]["value"] == 1
    even = told(capsys, *scores, "--margin", "1")
    assert {each["points"]["value"] for each in even["systems"]} == {0.5}
    assert rmg("rank", "runs/qa", "--system", "m") == 2
    assert "name the field of the prompt with --prompt" in capsys.readouterr().err


def test_groups_that_no_game_links_are_told(desk, capsys):
    rows = [{**row, "a": "x", "b": "y"} if at < 12 else row for at, row in enumerate(ROWS)]
    desk(rows)
    found = told(capsys, *PAIRS, "--prompt", "q")
    assert found["warnings"] == [
        "no game links [alpha, beta, gamma] with [x, y]: one of these groups is ranked"
    ]
    by_name = {each["name"]: each for each in found["systems"]}
    assert by_name["x"]["rank"]["value"] is None
    assert by_name["x"]["rank"]["why"] == "no game links it to the others"


def test_a_tie_that_is_worth_a_loss_is_refused(desk, capsys):
    grader = 'use = "./graders.py:valued"\noptions = { tie_value = 0.0 }'
    desk(ROWS[:12], CONFIG.replace('use = "./graders.py:judged"', grader))
    assert rmg(*PAIRS) == 2
    assert capsys.readouterr().err == (
        "'judge' gives a tie 0, like a loss; set tie_value = 0.5 and run again: it asks no model\n"
    )


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        (
            [{"a": "mild", "b": "harsh", "q": at, "answer": "x", "score": 0.2} for at in range(9)],
            ("--first", "a", "--second", "b"),
        ),
        (
            [
                {"s": name, "q": at, "answer": "x", "score": score}
                for at in range(9)
                for name, score in (("harsh", 0.9), ("mild", 0.1))
            ],
            ("--system", "s", "--prompt", "q"),
        ),
    ],
)
def test_the_lower_score_wins_where_lower_is_better(desk, capsys, rows, options):
    desk(rows, CONFIG.replace("py:judged", "py:harm").replace('id = "id"', ""))
    found = told(capsys, "rank", "runs/qa", *options)
    assert [(each["name"], each["points"]["value"]) for each in found["systems"]] == [
        ("mild", 1.0),
        ("harsh", 0.0),
    ]


def test_a_margin_widens_ties_and_a_prompt_that_is_not_named_is_told(desk, capsys):
    desk()
    assert rmg(*PAIRS, "--tie", "0.5", "--margin", "0.6", *QUICK) == 0
    out = capsys.readouterr().out
    assert "each row counts as a prompt of its own" in out
    assert "it has no finite strength" in out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "which systems a row is about is not known"),
        (("--first", "a"), "a pair has two systems: give --first and --second"),
        (("--first", "a", "--second", "bb"), "did you mean 'b'?"),
        (("--first", "a", "--second", "b", "--system", "a"), "of others"),
        (("--first", "a", "--second", "b", "--column", "jugde"), "did you mean 'judge'?"),
        (("--first", "a", "--second", "a"), "no pair of two systems"),
        (("--first", "a", "--second", "b", "--truth", "human"), "name several columns"),
        (("--first", "a", "--second", "b", "--json", "--markdown"), "two forms: choose one"),
    ],
)
def test_a_wrong_question_is_told(desk, capsys, options, said):
    desk(ROWS[:12])
    assert rmg("rank", "runs/qa", *options) == 2
    assert said in capsys.readouterr().err


def test_markdown_is_written_to_a_file(desk, capsys):
    folder = desk(ROWS[:30])
    assert rmg(*PAIRS, *QUICK, "-o", "report.md") == 0
    assert "| system | rank | rank interval |" in (folder / "report.md").read_text()
