"""Texts that look like the keys of a service, which have no place in a config."""

from rmg_core.redaction import credentials_in, without_credentials

__all__ = ["credentials_in", "without_credentials"]
