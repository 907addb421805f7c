"""Addresses of the pages."""

from django.urls import path

from bihuan.web.pages import accounts, people, shell, trail

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/unit/<int:pk>/", people.unit_people, name="unit_people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/leave/", people.leave, name="person_leave"),
    path("people/imports/", people.imports, name="enrolments"),
    path("people/imports/<int:pk>/", people.one_import, name="enrolment"),
    path("accounts/", accounts.index, name="accounts"),
    path("accounts/make/", accounts.make, name="accounts_make"),
    path("accounts/<int:pk>/", accounts.one, name="account"),
    path("accounts/promote/", accounts.promote, name="promote"),
    path("hand-over/", accounts.hand_over, name="hand_over"),
    path("glass/", accounts.glass, name="glass"),
    path("consent/", accounts.consent, name="consent"),
    path("join/", accounts.join, name="join"),
    path("join-code/", accounts.join_code, name="join_code"),
    path("tokens/", accounts.tokens, name="tokens"),
    path("trail/", trail.trail, name="trail"),
    path("trail/heads/", trail.heads, name="trail_heads"),
    path("sw.js", shell.sw, name="sw"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("offline/", shell.offline, name="offline"),
]
