"""Models as graders ask them: a client under its limits, whose replies are kept."""
