"""The pack `judge`: graders that ask a model, each written as a rubric."""
