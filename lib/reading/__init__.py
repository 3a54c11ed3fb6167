"""Reading a file that a stranger made: what an invoice says of itself (Factur-X, ZUGFeRD, XRechnung in CII).

A PDF or an XML from outside may be broken, locked, or made to exhaust whoever opens it. It is opened in a child
process that may use so much memory and time and no more, reads nothing but what it is handed, and answers in JSON.
"""
