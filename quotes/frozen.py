"""Which rows of this app never change."""

from lib.freezing import freeze

SENT = "{row}.sent_at IS NOT NULL"
ERASED = "{row}.erased_at IS NOT NULL"

freeze("quotes_quoteversion", when=SENT)
freeze("quotes_quoteline", child_of=("version_id", "quotes_quoteversion"))
freeze("quotes_remunerationterm", child_of=("version_id", "quotes_quoteversion"))
freeze("quotes_sending", except_columns=("mail_id",))
freeze("quotes_visit")
freeze("quotes_acceptance")
freeze("quotes_refusal")
freeze("quotes_evidence", when=ERASED)
