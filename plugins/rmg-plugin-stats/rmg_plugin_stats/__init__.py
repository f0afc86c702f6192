"""The pack `stats`: figures of runs and labels, each imported only when a report needs it."""

__all__: list[str] = []
