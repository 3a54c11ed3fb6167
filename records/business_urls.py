"""Addresses below `/b/<slug>/` of the mails, the numbers and what could not be done."""

from django.urls import path

from records import views, views_numbers

urlpatterns = [
    path("mails/", views.mails_page, name="mails"),
    path("mails/<row:pk>/", views.mail_page, name="mail"),
    path("mails/<row:pk>/resend/", views.resend, name="mail_resend"),
    path("mails/<row:pk>/copy/", views.send_copy, name="mail_copy"),
    path("numbers/", views_numbers.numbers, name="numbers"),
    path("numbers/next/", views_numbers.next_number, name="next_number"),
    path("numbers/deposits/", views_numbers.deposits_apart, name="deposits_apart"),
    path("errands/", views.errands_page, name="errands"),
    path("errands/<row:pk>/retry/", views.retry, name="errand_retry"),
]
