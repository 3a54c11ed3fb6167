"""The demonstration: invented people, real acts. Everything goes through the same functions as the pages."""
