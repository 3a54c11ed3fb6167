"""Which function does which errand, in one table. Each takes the errand's subject and may run twice."""

ERRANDS: dict[str, str] = {}
