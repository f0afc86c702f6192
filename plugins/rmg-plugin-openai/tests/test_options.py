"""What the options refuse, before anything is asked."""

import attrs
import pytest

from rmg_core.redaction import Secret
from rmg_plugin_openai.chat import Chat
from rmg_plugin_openai.embedding import Embedding

from .clients import KEY

LINK_LOCAL = (
    "http://169.254.169.254/v1",
    "http://[fe80::1]/v1",
    "http://[::ffff:169.254.169.254]/v1",
    "http://0xa9fea9fe/v1",
    "http://2852039166/v1",
    "http://169.254.43518/v1",
)
NONE = (
    "",
    "api.openai.com/v1",
    "ftp://host/v1",
    "http:///v1",
    "http://host:port/v1",
    "http://ho st/v1",
    "http://host\\@169.254.169.254/v1",
    "http://%31%36%39.254.169.254/v1",
    "http://host/v1?key=a",
    "http://host/v1#a",
    "http://host/v1\n",
    "http://hóst/v1",
)


@pytest.mark.parametrize("url", LINK_LOCAL)
def test_a_link_local_address_is_refused(url):
    with pytest.raises(ValueError, match="is link-local, where machines keep credentials"):
        Chat(model="m", base_url=url)


@pytest.mark.parametrize("url", NONE)
def test_what_is_no_base_url_is_refused(url):
    with pytest.raises(ValueError, match="a base URL"):
        Chat(model="m", base_url=url)


def test_a_password_in_the_url_is_refused_and_not_told():
    with pytest.raises(ValueError) as raised:
        Chat(model="m", base_url=f"https://user:{KEY}@host/v1")
    assert str(raised.value) == (
        "a base URL holds no user and no password; write the key as api_key"
    )


@pytest.mark.parametrize("tail", ["/chat/completions", "/embeddings"])
def test_an_endpoint_for_a_base_url_is_refused_with_what_to_do(tail):
    with pytest.raises(ValueError) as raised:
        Chat(model="m", base_url=f"http://host/v1{tail}")
    assert str(raised.value) == f"leave {tail!r} out of the base URL: it is added"


def test_a_slash_at_the_end_makes_no_other_model():
    assert Chat(model="m", base_url="http://host/v1/").base_url == "http://host/v1"


@pytest.mark.parametrize("name", ["Authorization", "host", "Content-Length", "COOKIE", "a b", ""])
def test_a_header_that_the_client_sets_is_refused(name):
    with pytest.raises(ValueError, match="header"):
        Chat(model="m", headers={name: "x"})


@pytest.mark.parametrize("value", ["a\r\nb: c", "\x00", "é"])
def test_a_header_that_is_not_one_plain_line_is_refused(value):
    with pytest.raises(ValueError, match="is not one line of plain ASCII"):
        Chat(model="m", headers={"x-a": value})


@pytest.mark.parametrize("name", ["temperature", "stream", "messages", "n"])
def test_a_parameter_that_is_an_option_or_ours_is_refused(name):
    with pytest.raises(ValueError, match="it is an option or rmg's own"):
        Chat(model="m", parameters={name: 1})


@pytest.mark.parametrize(
    "options",
    [
        {"model": ""},
        {"temperature": 2.1},
        {"top_p": 0},
        {"max_tokens": 0},
        {"max_tokens_as": "tokens"},
        {"stop": "END"},
        {"stop": ("a",) * 5},
        {"api_key": "sk-a"},
    ],
)
def test_an_option_out_of_bounds_is_refused(options):
    with pytest.raises((TypeError, ValueError)):
        Chat(**{"model": "m", **options})


@pytest.mark.parametrize("client", [Chat, Embedding])
def test_each_option_has_a_help_text(client):
    options = [each for each in attrs.fields(client) if each.init]
    assert [each.name for each in options if not each.metadata.get("help")] == []


def test_what_cannot_change_a_reply_is_no_part_of_the_identity():
    def left_out(client):
        fields = attrs.fields(client)
        return {each.name for each in fields if each.metadata.get("identity") is False}

    assert left_out(Chat) == {"api_key", "headers", "ca_file", "_line"}
    assert left_out(Embedding) == left_out(Chat)


@pytest.mark.parametrize("client", [Chat, Embedding])
def test_a_copy_has_connections_of_its_own_and_is_equal(client):
    one = client(model="m", headers={"x-a": Secret.of(KEY)})
    other = attrs.evolve(one)
    assert other == one
    assert other._line is not one._line
