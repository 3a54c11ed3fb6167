"""The pages of invoices and receipts."""
