"""The check digits of cards, accounts and national identifiers."""

import re


def luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of ISO/IEC 7812-1.

    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def iban(text: str) -> bool:
    """Tell whether an IBAN is right by ISO 13616: the rearranged number is 1 modulo 97.

    >>> iban("GB82 WEST 1234 5698 7654 32"), iban("GB82 WEST 1234 5698 7654 33")
    (True, False)
    """
    letters = text.replace(" ", "")
    rearranged = letters[4:] + letters[:4]
    return 15 <= len(letters) <= 34 and int("".join(str(int(c, 36)) for c in rearranged)) % 97 == 1


def cn_resident_id(text: str) -> bool:
    """Tell whether the last place is that of GB 11643: ISO 7064, MOD 11-2.

    >>> cn_resident_id("11010519491231002X"), cn_resident_id("110105194912310021")
    (True, False)
    """
    check = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(text[:17])) % 11
    return "10X98765432"[check] == text[17].upper()


def br_cpf(text: str) -> bool:
    """Tell whether a CPF of Brazil has its two check digits; one digit repeated is none.

    >>> br_cpf("529.982.247-25"), br_cpf("529.982.247-26"), br_cpf("111.111.111-11")
    (True, False, False)
    """
    digits = [int(digit) for digit in re.sub(r"\D", "", text)]

    def check(size: int) -> int:
        total = sum(digit * (size + 1 - place) for place, digit in enumerate(digits[:size]))
        return total * 10 % 11 % 10

    return len(set(digits)) > 1 and digits[9:] == [check(9), check(10)]


def es_dni(text: str) -> bool:
    """Tell whether the letter of a Spanish DNI is that of its number modulo 23.

    >>> es_dni("12345678Z"), es_dni("12345678-A")
    (True, False)
    """
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(text[:8]) % 23] == text[-1]
