"""Invoices written in a partner's name under a mandate (CGI 289 I-2): purchases, never our own revenue."""
