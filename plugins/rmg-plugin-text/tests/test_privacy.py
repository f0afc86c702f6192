import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmg_core.errors import DefinitionError
from rmg_core.graders import spec_of, with_options
from rmg_plugin_text.privacy import privacy_leak


def found(text, **options):
    return dict(privacy_leak(text, **options).metadata.get("found", {}))


@pytest.mark.parametrize(
    "text",
    [
        "test@example.com",
        "Mail to <first.last+tag@mail.example.co.uk>.",
        "andré@exämple.fr",
        "a@b.example, c",
    ],
)
def test_an_email_address_is_found(text):
    assert found(text) == {"email": 1}


@pytest.mark.parametrize(
    "text",
    [
        "+44 20 7946 0958",
        "+1 (415) 555-2671",
        "+4915112345678",
        "(415) 555-2671",
        "415-555-2671",
        "415.555.2671",
        "手机13812345678。",
    ],
)
def test_a_telephone_number_is_found(text):
    assert found(text) == {"phone": 1}


@pytest.mark.parametrize(
    "text",
    ["4111 1111 1111 1111", "4111-1111-1111-1111", "378282246310005", "card:5555555555554444."],
)
def test_a_card_number_with_its_check_digit_is_found_and_is_no_telephone_number(text):
    assert found(text) == {"card": 1}


@pytest.mark.parametrize(
    "text",
    [
        "Server IP: 203.0.113.1",
        "8.8.8.8:53",
        "see 2001:db8::8a2e:370:7334.",
        "[2606:4700:4700::1111]:443",
        "::ffff:93.184.216.34",
    ],
)
def test_an_address_of_a_public_network_is_found(text):
    assert found(text) == {"ip": 1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "This is a normal text, no privacy information.",
        "Credit card number: 1234 5678 9012 3456",
        "4111 1111 1111 1112",
        "127.0.0.1, 192.168.1.1, 10.0.0.8, ::1, fe80::1",
        "999.1.1.1 and v1.2.3.4 and 1.2.3.4.5",
        "at 12:30:45 std::cout << a::b",
        "from 2024-01-15 to 2024-02-15, 1,000,000 people",
        "user@host, @name, a@b",
        "pi is 3.14159265358979",
        "isbn 9783161484100",
        "123-45-6789",
        "GB82 WEST 1234 5698 7654 32",
    ],
)
def test_what_only_looks_like_personal_data_is_not_found(text):
    assert found(text) == {}
    assert privacy_leak(text).score == 1.0


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("us_ssn", "123-45-6789", "000-45-6789"),
        ("iban", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        ("iban", "DE89370400440532013000", "DE89370400440532013001"),
        ("cn_resident_id", "11010519491231002X", "110105194912310021"),
        ("br_cpf", "529.982.247-25", "529.982.247-26"),
        ("es_dni", "12345678Z", "12345678A"),
        ("uk_nino", "AB 12 34 56 C", "BG 12 34 56 C"),
    ],
)
def test_a_national_id_is_found_where_it_is_asked_for_and_right(kind, right, wrong):
    options = {"kinds": (), "national_ids": (kind,)}
    assert found(f"No. {right}, please", **options) == {kind: 1}
    assert found(f"No. {wrong}, please", **options) == {}
    assert found(right, kinds=()) == {}


def test_what_is_found_is_counted_by_kind_and_never_shown():
    result = privacy_leak("jo@example.org, al@example.org and +44 20 7946 0958 of Jo")
    assert result.score == 0.0
    assert result.reason == "found 2 email, 1 phone"
    assert json.dumps(dict(result.metadata)) == '{"found": {"email": 2, "phone": 1}}'


def test_only_the_kinds_that_are_asked_for_count():
    assert privacy_leak("jo@example.org", kinds=("phone", "ip")).score == 1.0


def test_an_unknown_kind_is_refused():
    for options in ({"kinds": ("name",)}, {"national_ids": ("ssn",)}):
        with pytest.raises(DefinitionError):
            with_options(spec_of(privacy_leak), options)


@given(st.text() | st.text(alphabet="0123456789.:-+@aF ()"))
def test_every_text_is_graded(text):
    everything = ("br_cpf", "cn_resident_id", "es_dni", "iban", "uk_nino", "us_ssn")
    assert privacy_leak(text, national_ids=everything).score in (0.0, 1.0)


@pytest.mark.parametrize(
    "part", ["a", "a.", "a@", "1", "1 ", "1.", "1:", "+1", "(1", "a@a.", "A", "-", "::"]
)
def test_time_grows_with_the_length_of_the_text_only(part):
    # A quadratic search over this text would take minutes, which the run of tests would show.
    everything = ("br_cpf", "cn_resident_id", "es_dni", "iban", "uk_nino", "us_ssn")
    assert privacy_leak(part * 50_000, national_ids=everything).score in (0.0, 1.0)
