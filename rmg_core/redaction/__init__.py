"""Secrets, and how they are kept out of everything that is written or shown."""

from rmg_core.redaction.forms import credentials_in
from rmg_core.redaction.redactor import (
    forget,
    is_name_of_secret,
    redact_record,
    redacted,
    redacted_values,
    remember,
)
from rmg_core.redaction.secrets import Secret, missing_secrets, secrets_in

__all__ = [
    "Secret",
    "credentials_in",
    "forget",
    "is_name_of_secret",
    "missing_secrets",
    "redact_record",
    "redacted",
    "redacted_values",
    "remember",
    "secrets_in",
]
