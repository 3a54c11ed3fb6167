"""Pages below /b/<slug>/members/: who works in a business."""

from django.urls import path

from desk import views_members

urlpatterns = [
    path("members/", views_members.members, name="members"),
    path("members/<row:pk>/remove/", views_members.member_removed, name="remove_member"),
    path("members/invitations/<row:pk>/revoke/", views_members.invitation_revoked, name="revoke_invitation"),
]
