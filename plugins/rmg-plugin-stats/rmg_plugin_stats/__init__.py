"""The pack `stats`: figures of a report, each imported only when a command needs it."""

__all__: list[str] = []
