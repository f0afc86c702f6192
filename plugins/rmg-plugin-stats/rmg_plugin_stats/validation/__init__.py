"""How a run's graders compare with people: what `rmg validate` finds."""
