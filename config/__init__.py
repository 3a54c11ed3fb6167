"""How the site is put together; no business rule lives here."""
