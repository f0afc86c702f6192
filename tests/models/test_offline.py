"""`--offline`: what is kept is enough, or it is said what is missing."""


def change_parser(court):
    source = (court.desk.folder / "graders.py").read_text()
    court.desk.write("graders.py", source.replace("reply.text == response", "False"))


def test_a_changed_parser_grades_all_from_what_is_kept(court):
    court.write(20)
    court.run()
    change_parser(court)
    said = court.run("--offline")
    assert said.err == ""
    assert len(court.asked) == 20
    assert court.outcomes() == dict.fromkeys(range(20), 0.0)


def test_rows_whose_replies_are_missing_are_listed_and_stay_pending(court):
    court.write(20)
    court.run()
    change_parser(court)
    court.write_rows(23)
    said = court.run("--offline", code=75)
    assert sorted(said.err.splitlines()[:-1]) == [
        f"judged, sample {each}: model 'judge' has no stored reply to it" for each in (20, 21, 22)
    ]
    assert said.err.splitlines()[-1] == (
        "3 outcomes pending; run without --offline to ask for what is missing"
    )
    assert len(court.asked) == 20
    assert court.outcomes() == dict.fromkeys(range(20), 0.0)
    assert court.summary()["columns"]["judged"]["pending"] == 3
    court.run()
    assert sorted(court.asked[20:]) == ["question 20", "question 21", "question 22"]
    assert court.outcomes() == dict.fromkeys(range(20), 0.0) | dict.fromkeys((20, 21, 22), 0.0)
