"""Which rows of this app never change."""

from lib.freezing import freeze

freeze("records_ledgerentry")
freeze("records_document")
