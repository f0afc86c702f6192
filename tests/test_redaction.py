"""What the redactor takes out of a text, and what it leaves."""

import base64
import json
import logging
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.models import Embeddings, Logprob, Reply, ToolCall, redacted_reply
from rmg_core.redaction import (
    Secret,
    forget,
    is_name_of_secret,
    redact_record,
    redacted,
    redacted_values,
)
from rmg_core.redaction.forms import FORMS

KEY = "q7Zt0pLmX2vB9sWd"
ODD = 'pass "word" \\ +é/&'


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CANARY_API_KEY", KEY)
    forget()
    yield
    monkeypatch.undo()
    forget()


def test_the_value_of_a_variable_that_is_named_like_a_secret_is_taken_out():
    assert redacted(f"asked with {KEY}, twice: {KEY}") == "asked with ***, twice: ***"


def test_a_text_without_a_secret_stays_the_same_object():
    for text in ("", "same", "a - b_c / d.e A J 9 bearer", f"{KEY[:-1]}!", "sk-learn", "x" * 5000):
        assert redacted(text) is text


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("after", ["", "z", "zy"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("secret", [KEY, "\xff\xfe>>>???/~~~"])
def test_base64_of_a_secret_among_other_bytes_is_taken_out(before, after, encode, secret):
    Secret.of(secret).reveal()
    text = encode(f"{before}{secret}{after}".encode()).decode()
    inside = redacted(text).replace("***", "")
    assert len(inside) <= len(before) + len(after) + 5
    assert "***" in redacted(text)


@pytest.mark.parametrize(
    "written",
    [
        ODD,
        quote(ODD),
        quote(ODD, safe=""),
        quote_plus(ODD),
        json.dumps(ODD)[1:-1],
        json.dumps(ODD, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(ODD))[1:-1],
        repr(ODD)[1:-1],
        repr(json.dumps(ODD))[1:-1],
    ],
)
def test_a_secret_is_taken_out_however_it_is_written(written: str):
    Secret.of(ODD).reveal()
    assert "word" not in redacted(f"see {written}.")


@given(st.text(min_size=8).filter(lambda text: len(text.strip()) >= 8), st.text(), st.text())
def test_no_text_has_a_secret_in_it_afterwards(secret: str, before: str, after: str):
    forget()
    Secret.of(secret).reveal()
    assert secret.strip() not in redacted(before + secret + after).replace("***", "\0")


def test_a_secret_is_known_once_it_was_revealed():
    secret = Secret.of("hunter22-of-old")
    assert redacted("hunter22-of-old") == "hunter22-of-old"
    secret.reveal()
    assert redacted("hunter22-of-old") == "***"


def test_a_variable_that_was_set_since_is_known_when_a_secret_is_revealed(monkeypatch):
    redacted("the environment is read")
    monkeypatch.setenv("LATER_TOKEN", "a-later-token")
    assert redacted("a-later-token") == "a-later-token"
    Secret.of("something else").reveal()
    assert redacted("a-later-token") == "***"


def test_a_text_of_fewer_than_8_characters_is_no_secret(monkeypatch):
    monkeypatch.setenv("SHORT_KEY", "EMPTY")
    forget()
    Secret.of("none").reveal()
    assert redacted("none is EMPTY, is it?") == "none is EMPTY, is it?"


def test_the_name_of_the_file_of_a_key_is_no_secret(monkeypatch, tmp_path):
    file = tmp_path / "account.json"
    file.write_text("{}")
    monkeypatch.setenv("CLOUD_CREDENTIALS", str(file))
    forget()
    assert redacted(f"{file} is no account") == f"{file} is no account"


@pytest.mark.parametrize(
    "name",
    ["OPENAI_API_KEY", "X_APIKEY", "HF_TOKEN", "a_secret", "DB_PASSWORD", "KEY", "G_CREDENTIALS"],
)
def test_a_variable_is_named_like_a_secret(name: str):
    assert is_name_of_secret(name)


@pytest.mark.parametrize("name", ["PATH", "KEYBOARD", "TOKENIZERS_PARALLELISM", "MONKEY", "X_KEYS"])
def test_a_variable_is_not_named_like_a_secret(name: str):
    assert not is_name_of_secret(name)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("key sk-abcdEFGH1234567890.", "key ***."),
        (r"said:\nsk-abcdEFGH1234567890", r"said:\n***"),
        ("key%3Dsk-abcdEFGH1234567890", "key%3D***"),
        ("xoxb-123456789012-abcdefABCDEF", "***"),
        ("Bearer abc123def456ghi789", "***"),
        ("https://ada:pass.w0rd@example.com/x", "https://ada:***@example.com/x"),
        ("https://:token7@example.com", "https://:***@example.com"),
        ("aws_secret_access_key = " + "a/B+" * 10, "aws_secret_access_key = ***"),
        (
            f"https://hooks.slack.com/services/T0A/{'b' * 24}",
            "https://hooks.slack.com/services/***",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n.", "***\n."),
    ],
)
def test_what_looks_like_a_key_is_taken_out(text: str, clean: str):
    assert redacted(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "task-force-2024-in-brief",
        "https://example.com:8080/a@b",
        "https://user:${PASSWORD}@host",
        "https://user:<password>@host",
        "mail ada@example.com: hello",
        "the bearer of bad news, as xoxox-es",
        "my_hf_transformers and AKIA are words",
    ],
)
def test_what_only_looks_a_little_like_a_key_stays(text: str):
    assert redacted(text) is text


EXAMPLES = {
    "sk-…": "sk-abcdEFGH1234567890",
    "ghp_…": "gho_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_…": "github_pat_11BCDEFG0123456789bcdef",
    "AKIA…": "ASIAIOSFODNN7EXAMPLE",
    "AWS secret key": f"secretAccessKey: {'a/B+' * 10}",
    "AIza…": "AIzaSyB1234567890bcdefghijklmnopqrstu",
    "ya29.…": "ya29.b0BfByBbcdefghijklmnop",
    "GOCSPX-…": "GOCSPX-bcdefghijklmnopqrstu",
    "hf_…": "hf_bCdEfGhIjKlMnOpQrStUvWxYz012345",
    "xox…": "xoxp-123456789012-bcdef",
    "Slack hook": f"https://hooks.slack.com/services/T0B/{'b' * 24}",
    "JWT": "eyJhbGciOiKIUzI1NiK9.eyJzdWIiOiIxMjM0In0",
    "Bearer …": "bearer bbc123def456ghi787",
    "PEM": "-----BEGIN RSA PRIVATE KEY-----MIIEow",
    "user:password@host": "git://b:c@d",
}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_key_of_each_form_is_found_in_a_text_that_has_nothing_else(form):
    assert "***" in redacted(EXAMPLES[form.name])


def test_values_of_json_are_clean_in_every_place():
    value = {KEY: [1, None, {"a": f"x\n{KEY}"}], "b": (KEY, 2.5)}
    assert redacted_values(value) == {"***": [1, None, {"a": "x\n***"}], "b": ["***", 2.5]}


def test_what_is_logged_is_clean():
    record = logging.LogRecord("rmg_core", 30, "", 0, "asked with %s", (KEY,), None)
    assert redact_record(record)
    assert record.getMessage() == "asked with ***"


def test_a_clean_reply_stays_the_same_object():
    reply = Reply("4", tool_calls=(ToolCall("1", "grade", '{"score": 4}'),), reasoning="since")
    assert redacted_reply(reply) is reply


@pytest.mark.parametrize("name", ["text", "refusal", "reasoning", "model"])
def test_a_reply_is_clean_in_every_text(name: str):
    assert getattr(redacted_reply(Reply(**{"text": "", name: KEY})), name) == "***"


def test_the_calls_of_tools_are_clean():
    reply = Reply("", tool_calls=(ToolCall("1", "grade", json.dumps({"key": KEY})),))
    assert redacted_reply(reply).tool_calls == (ToolCall("1", "grade", '{"key": "***"}'),)


def test_the_tokens_of_a_secret_do_not_spell_it_out():
    reply = Reply(KEY, logprobs=tuple(Logprob(letter, -1.0) for letter in KEY))
    assert redacted_reply(reply).logprobs == ()


@pytest.mark.parametrize("tokens", [(KEY,), (KEY[:5], KEY[5:])])
def test_tokens_that_spell_a_secret_are_left_out_though_the_text_is_clean(tokens: tuple[str, ...]):
    taken = Reply("4", logprobs=tuple(Logprob(each, -1.0) for each in tokens))
    assert redacted_reply(taken) == Reply("4")


def test_a_secret_among_the_likely_tokens_is_left_out():
    assert redacted_reply(Reply("4", logprobs=(Logprob("4", 0.0, (Logprob(KEY, -1.0),)),))) == (
        Reply("4")
    )


def test_the_name_of_who_made_embeddings_is_clean():
    assert redacted_reply(Embeddings(((1.0,),), model=f"m {KEY}")).model == "m ***"
