"""Addresses of the ledgers."""

from django.urls import path

from bihuan.web.ledgers.core import exchange, superior_pages, views

ROW = "ledgers/<slug:slug>/<int:pk>/"

IMPORT = "ledgers/<slug:slug>/import/<int:number>/"

urlpatterns = [
    path("superior/", superior_pages.index, name="superior"),
    path("superior/<int:pk>/", superior_pages.form, name="superior_form"),
    path("superior/<int:pk>/fill/", superior_pages.fill, name="superior_fill"),
    path("superior/<int:pk>/drop/", superior_pages.drop, name="superior_drop"),
    path("ledgers/", views.index, name="ledgers"),
    path("ledgers/<slug:slug>/", views.listed, name="ledger"),
    path("ledgers/<slug:slug>/new/", views.new, name="ledger_new"),
    path("ledgers/<slug:slug>/views/", views.save_view, name="ledger_view"),
    path(
        "ledgers/<slug:slug>/views/<int:number>/drop/",
        views.drop_view,
        name="ledger_view_drop",
    ),
    path("ledgers/<slug:slug>/export/", exchange.export, name="ledger_export"),
    path("ledgers/<slug:slug>/template/", exchange.template, name="ledger_template"),
    path("ledgers/<slug:slug>/import/", exchange.upload, name="ledger_import"),
    path(IMPORT, exchange.preview, name="ledger_preview"),
    path(f"{IMPORT}confirm/", exchange.confirm, name="ledger_confirm"),
    path(f"{IMPORT}undo/", exchange.undo, name="ledger_undo"),
    path(f"{IMPORT}errors.xlsx", exchange.errors, name="ledger_errors"),
    path(ROW, views.detail, name="ledger_row"),
    path(f"{ROW}correct/", views.correct, name="ledger_correct"),
    path(f"{ROW}take/<slug:code>/", views.take, name="ledger_take"),
    path(f"{ROW}withdraw/", views.withdraw, name="ledger_withdraw"),
    path(f"{ROW}evidence/", views.attach, name="ledger_evidence"),
    path(f"{ROW}evidence/<int:number>/", views.photo, name="ledger_photo"),
]
