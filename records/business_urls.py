"""Addresses below `/b/<slug>/` of the mails and of what could not be done."""

from django.urls import path

from records import views

urlpatterns = [
    path("mails/", views.mails_page, name="mails"),
    path("mails/<row:pk>/", views.mail_page, name="mail"),
    path("mails/<row:pk>/resend/", views.resend, name="mail_resend"),
    path("mails/<row:pk>/copy/", views.send_copy, name="mail_copy"),
    path("errands/", views.errands_page, name="errands"),
    path("errands/<row:pk>/retry/", views.retry, name="errand_retry"),
]
