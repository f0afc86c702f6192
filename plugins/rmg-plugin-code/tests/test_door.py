import rmg_plugin_code


def test_the_pack_offers_every_grader_of_the_catalogue():
    assert set(rmg_plugin_code.rmg_graders()) == {
        *("runs_tests", "syntax", "style", "security_findings", "complexity"),
        *("patch_similarity", "sql_equivalent", "sql_parses"),
    }
