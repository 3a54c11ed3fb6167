"""Asking for what is late: reminders within open hours, interest between professionals, payment requests."""
