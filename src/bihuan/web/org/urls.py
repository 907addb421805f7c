"""Addresses of logging in, of the second factor and of the language."""

from django.urls import path

from bihuan.web.org import views

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("password/", views.change_password, name="password_change"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("language/", views.set_language, name="language"),
    path("exercise/", views.switch_exercise, name="exercise"),
]
