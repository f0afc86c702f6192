"""Secrets in Python and in the options of a model: where they come from, and who sees them."""

import copy
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import orjson
import pytest
from attrs import field, frozen
from jsonschema import Draft202012Validator

from rmg_core.config import OptionsError, expanded, options_schema, structure_options
from rmg_core.graders import Grader, spec_of
from rmg_core.plan.canonical import canonical
from rmg_core.plan.recipe import CannotTravelError, recipe_of
from rmg_core.redaction import Secret, forget, missing_secrets, redacted, secrets_in
from rmg_core.runner.workers import environment

KEY = "q7Zt0pLmX2vB9sWd"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("HOST", "PORT", "JUDGE_KEY"):
        monkeypatch.delenv(name, raising=False)
    forget()
    yield
    monkeypatch.undo()
    forget()


@frozen
class Proxy:
    url: str
    password: Secret | None = None


@frozen
class Client:
    """The options of a model."""

    base_url: str = "https://localhost"
    api_key: Secret | None = None
    headers: dict[str, str | Secret] = field(factory=dict)
    others: list[Secret] = field(factory=list)
    extra: dict[str, Any] = field(factory=dict)
    proxy: Proxy | None = None


def client(base: Path | str = ".", **options: Any) -> Client:
    made = expanded(Client, options, owner="model 'judge'", base=base)
    return structure_options(Client, made, owner="model 'judge'")


def refused(**options: Any) -> list[str]:
    with pytest.raises(OptionsError) as fault:
        client(**options)
    return [
        f"{'.'.join(map(str, each.path))}: {each.message}; {each.hint}"
        for each in fault.value.faults
    ]


# Where a secret comes from.


def test_a_secret_of_the_environment_is_read_when_it_is_revealed(monkeypatch):
    secret = Secret.from_env("JUDGE_KEY")
    monkeypatch.setenv("JUDGE_KEY", f"{KEY}\n")
    assert secret.reveal() == KEY


def test_a_variable_that_is_not_set_is_named():
    with pytest.raises(LookupError, match="variable JUDGE_KEY is not set; set it to the key"):
        Secret.from_env("JUDGE_KEY").reveal()


def test_a_secret_of_a_file_is_its_text(tmp_path):
    (tmp_path / "key").write_text(f" {KEY}\n")
    assert Secret.from_file(tmp_path / "key").reveal() == KEY


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"\xff", "cannot be read: it is not a text"),
        (b" \n", "is empty; write the key into it"),
    ],
)
def test_a_key_file_without_a_key_is_named(tmp_path, content, said):
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(LookupError) as fault:
        Secret.from_file(file).reveal()
    assert fault.value.args[0] == f"the key file {str(file)!r} {said}"


def test_secrets_are_equal_that_come_from_the_same_place():
    assert Secret.from_env("A") == Secret.from_env("A") != Secret.from_env("B")
    assert Secret.of(KEY) == Secret.of(KEY) != Secret.of("another one")
    assert hash(Secret.of(KEY)) == hash(Secret.of("another one"))


# Who sees it.


def test_no_form_of_an_object_shows_the_secret_in_it():
    made = Client(api_key=Secret.of(KEY), headers={"x": Secret.of(KEY)}, others=[Secret.of(KEY)])
    dumped = attrs.asdict(made)
    shown = [repr(made), str(made), f"{made.api_key}", repr(dumped), canonical(made)]
    shown.append(json.dumps(dumped, default=str))
    assert [each for each in shown if KEY in each] == []
    with pytest.raises(TypeError):
        orjson.dumps(dumped)


def test_a_secret_has_no_content_for_fingerprints():
    texts = {canonical(Client(api_key=each)) for each in (Secret.of(KEY), Secret.from_env("A"))}
    assert len(texts) == 1
    assert canonical(Secret.of(KEY)) == "secret"


def test_a_pickle_has_the_source_alone():
    secret = Secret.from_env("JUDGE_KEY")
    assert pickle.loads(pickle.dumps(secret)) == secret  # noqa: S301 - our own


def test_a_secret_that_was_given_cannot_be_pickled():
    with pytest.raises(TypeError, match="given in Python cannot be written down"):
        pickle.dumps(Secret.of(KEY))


def test_a_copy_of_a_secret_is_the_secret():
    secret = Secret.of(KEY)
    assert copy.deepcopy([secret])[0] is copy.copy(secret) is secret


def test_a_secret_cannot_be_changed():
    with pytest.raises(AttributeError):
        Secret.of(KEY).source = "elsewhere"


# In a config.


def test_a_text_takes_variables_from_the_environment(monkeypatch):
    monkeypatch.setenv("HOST", "h")
    monkeypatch.setenv("PORT", "1")
    made = client(base_url="https://${HOST}:${PORT}/", extra={"a": ["${HOST}", {"b": "${PORT}"}]})
    assert made.base_url == "https://h:1/"
    assert made.extra == {"a": ["h", {"b": "1"}]}


def test_two_dollars_are_one_that_stays():
    assert client(base_url="$${HOST} $HOST $$").base_url == "${HOST} $HOST $$"


def test_every_variable_that_is_not_set_is_told_with_its_place():
    said = (
        "{0}: option '{0}' of model 'judge' names the environment variable {1}, which is not set; "
        'set {1}, or write "$${{{1}}}" for the text itself'
    )
    assert refused(base_url="${HOST}:${PORT}", extra={"a": ["x", "${HOST}"]}) == [
        said.format("base_url", "HOST"),
        said.format("base_url", "PORT"),
        said.format("extra.a.1", "HOST"),
    ]


@pytest.mark.parametrize("text", ["${", "${}", "${a b}", "${1}", "x${HOST"])
def test_what_is_no_variable_is_refused(text: str):
    [said] = refused(base_url=text)
    assert 'has a "${" without "NAME}" behind it; write "${NAME}" for a variable' in said


def test_a_variable_where_a_secret_must_be_is_read_later():
    made = client(api_key="${JUDGE_KEY}", headers={"Authorization": "${JUDGE_KEY}", "X": "v1"})
    assert made.api_key == Secret.from_env("JUDGE_KEY")
    assert made.headers == {"Authorization": Secret.from_env("JUDGE_KEY"), "X": "v1"}


def test_secrets_are_found_in_lists_and_tables():
    made = client(others=["${A}", "${B}"], proxy={"url": "u", "password": "${C}"})
    assert [name for name, _ in secrets_in(made)] == ["others.0", "others.1", "proxy.password"]


def test_a_key_file_is_looked_for_from_the_folder_of_the_config(tmp_path):
    (tmp_path / "key").write_text(KEY)
    made = client(base=tmp_path, api_key={"file": "key"})
    assert made.api_key is not None
    assert made.api_key.reveal() == KEY


def test_a_key_file_below_the_home_of_the_user_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text(KEY)
    made = client(base="/elsewhere", api_key={"file": "~/key"})
    assert made.api_key is not None
    assert made.api_key.reveal() == KEY


def test_a_key_in_a_config_is_refused_and_not_said():
    [said] = refused(api_key=KEY)
    assert said == (
        "api_key: option 'api_key' of model 'judge' must not stand in a config; "
        'write the key into an environment variable, and here "${NAME}"'
    )


def test_a_key_is_refused_also_where_nothing_is_expanded():
    with pytest.raises(OptionsError) as fault:
        structure_options(Client, {"api_key": KEY}, owner="grader 'g'")
    assert "must not stand in a config" in str(fault.value)
    assert KEY not in str(fault.value)


def test_a_key_that_was_refused_is_kept_out_of_what_is_said():
    refused(api_key=KEY)
    assert redacted(f"--set models.m.options.api_key={KEY}").endswith("=***")


def test_a_name_of_a_variable_without_its_braces_is_said():
    refused(api_key="JUDGE_KEY")
    assert redacted("api_key=JUDGE_KEY") == "api_key=JUDGE_KEY"


def test_a_text_that_may_hold_a_secret_has_nothing_beside_it(monkeypatch):
    monkeypatch.setenv("JUDGE_KEY", KEY)
    [said] = refused(headers={"Authorization": "Bearer ${JUDGE_KEY}"})
    assert said == (
        "headers.Authorization: option 'headers.Authorization' of model 'judge' must be one "
        'variable alone, if it has any; write the whole text into a variable, and here "${NAME}"'
    )


@pytest.mark.parametrize("value", [3, {"file": 3}, {"file": ""}, {"file": "a", "b": 1}, {"a": "b"}])
def test_another_value_is_no_secret(value: Any):
    [said] = refused(api_key=value)
    assert 'must be "${NAME}" or { file = "PATH" }' in said


def test_variables_stay_as_they_are_where_nothing_is_expanded():
    made = structure_options(Client, {"base_url": "${HOST}"}, owner="grader 'g'")
    assert made.base_url == "${HOST}"


@pytest.mark.parametrize(
    ("value", "is_valid"),
    [("${A}", True), ({"file": "key"}, True), (KEY, False), ({"file": ""}, False), (3, False)],
)
def test_the_schema_of_a_secret_takes_what_a_config_may_write(value: Any, is_valid: bool):
    schema = options_schema(Client)
    assert Draft202012Validator(schema).is_valid({"api_key": value}) is is_valid
    assert "default" not in schema["properties"]["api_key"]


def test_secrets_that_are_missing_are_told_before_they_are_needed(tmp_path):
    made = client(api_key="${JUDGE_KEY}", headers={"a": {"file": str(tmp_path / "key")}})
    assert missing_secrets(made) == [
        ("api_key", "the environment variable JUDGE_KEY is not set; set it to the key"),
        (
            "headers.a",
            f"the key file {str(tmp_path / 'key')!r} cannot be read: No such file or directory",
        ),
    ]


def test_nothing_is_missing_where_all_is_there(monkeypatch):
    monkeypatch.setenv("JUDGE_KEY", KEY)
    assert missing_secrets(client(api_key="${JUDGE_KEY}")) == []


# In a process of a grader.


@frozen
class Asks:
    """A grader that has a key."""

    key: Secret

    def grade(self, response: str) -> float:
        """1."""
        return 1.0


def grader(key: Secret) -> Grader:
    spec = spec_of(Asks)
    made = Asks(key)
    return Grader(spec, made, spec.bind(made))


def test_a_grader_with_an_option_for_a_key_gets_that_variable_alone(monkeypatch):
    monkeypatch.setenv("JUDGE_KEY", KEY)
    monkeypatch.setenv("OTHER_KEY", "another-key-of-somebody")
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:secret@proxy")
    forget()
    recipe = recipe_of(grader(Secret.from_env("JUDGE_KEY")), {"key": "${JUDGE_KEY}"})
    assert recipe.options == {"key": "${JUDGE_KEY}"}
    seen = environment(recipe.variables)
    assert seen["JUDGE_KEY"] == KEY
    assert not {"OTHER_KEY", "HTTPS_PROXY"} & {*seen}
    assert seen["PATH"]


def test_a_key_that_was_given_does_not_travel():
    with pytest.raises(CannotTravelError) as fault:
        recipe_of(grader(Secret.of(KEY)), {})
    assert KEY not in str(fault.value)
