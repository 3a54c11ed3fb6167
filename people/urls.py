"""Pages that are not below a business."""

from django.urls import path

from people import views_business, views_home, views_law

urlpatterns = [
    path("", views_home.home, name="home"),
    path("businesses/", views_home.businesses, name="businesses"),
    path("businesses/new/", views_business.new_business, name="new_business"),
    path("businesses/new/<slug:step>/", views_business.new_business, name="new_business_step"),
    path("account/", views_home.account, name="account"),
    path("invitation/<str:token>/", views_home.invitation, name="invitation"),
    path("language/", views_home.choose_language, name="choose_language"),
    path("law/", views_law.legal_facts, name="legal_facts"),
    path("law/<slug:subject>/", views_law.legal_facts, name="legal_facts_of"),
    path("data/", views_home.data_protection, name="data_protection"),
]
