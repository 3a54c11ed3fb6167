"""Which function does which errand, in one table. Each takes the errand and may run twice: see records/errands.py."""

ERRANDS: dict[str, str] = {
    "send_mail": "records.mails.send_mail",
}
