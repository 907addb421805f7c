"""Addresses of plans, duties and the checklist."""

from django.urls import path

from bihuan.web.pages import checklist, duties, plans

urlpatterns = [
    path("plans/", plans.index, name="plans"),
    path("plans/upload/", plans.upload, name="plan_upload"),
    path("plans/<int:pk>/", plans.one, name="plan"),
    path("plans/<int:pk>/step/", plans.step, name="plan_step"),
    path("plans/<int:pk>/file/", plans.download, name="plan_file"),
    path("duties/", duties.index, name="duties"),
    path("duties/<int:pk>/", duties.school, name="duties_school"),
    path("checklist/", checklist.index, name="checklist"),
    path("checklist/items/", checklist.items, name="checklist_items"),
    path("checklist/<int:pk>/", checklist.school, name="checklist_school"),
]
