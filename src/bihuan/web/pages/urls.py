"""Addresses of the pages."""

from django.urls import path

from bihuan.web.pages import accounts, bots, inbox, outside, people, shell, today, trail

urlpatterns = [
    path("", today.today, name="today"),
    path("inbox/", inbox.index, name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox_read"),
    path("inbox/<int:pk>/", inbox.open_one, name="inbox_open"),
    path("bots/", bots.index, name="bots"),
    path("bots/<int:pk>/", bots.one, name="bot"),
    path("bots/<int:pk>/change/", bots.change, name="bot_change"),
    path("login/unbind/", outside.unbind, name="outside_unbind"),
    path("login/<slug:maker>/", outside.begin, name="outside_begin"),
    path("login/<slug:maker>/bind/", outside.bind, name="outside_bind"),
    path("login/<slug:maker>/back/", outside.back, name="outside_back"),
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
