"""The other side's papers: invoices received from clients, set-offs of two invoices, delivery slips."""
