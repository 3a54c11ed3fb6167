"""Which function does which errand, in one table. Each takes the errand and may run twice: see records/errands.py."""

ERRANDS: dict[str, str] = {
    "send_mail": "records.mails.send_mail",
    "render_version": "quotes.posting.render_version",
    "mail_version": "quotes.posting.mail_version",
    "mail_acceptance": "quotes.posting.mail_acceptance",
    "mail_refusal": "quotes.posting.mail_refusal",
    "erase_evidence": "quotes.evidence.erase_due",
    "draft_deposit": "billing.drafting.draft_deposit",
    "render_invoice": "billing.issuing.render_invoice",
    "build_export": "desk.exporting.build",
    "mail_invoice": "billing.mailing.post_invoice",
}
