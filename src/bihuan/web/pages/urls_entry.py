"""Addresses of the gate, the survey and the daily report."""

from django.urls import path

from bihuan.web.pages import daily, gate, gate_office, survey

urlpatterns = [
    path("gate/", gate.index, name="gate_index"),
    path("gate/visits/", gate_office.visits, name="gate_visits"),
    path("gate/visits/<int:pk>/", gate_office.one_visit, name="gate_visit"),
    path("gate/slips/", gate_office.slips, name="gate_slips"),
    path("gate/slips/<int:pk>/", gate_office.answer_slip, name="gate_slip"),
    path("gate/badges/", gate_office.badges, name="gate_badges"),
    path("gate/badges/<int:pk>/", gate_office.unit_badges, name="gate_badges_unit"),
    path("gate/code/", gate_office.own_code, name="gate_code"),
    path("gate/held/", gate_office.held, name="gate_held"),
    path("gate/take/<int:pk>/", gate.take, name="gate_take"),
    path("gate/<int:pk>/", gate.page, name="gate"),
    path("gate/<int:pk>/list/", gate.day_list, name="gate_list"),
    path("gate/<int:pk>/scan/", gate.scan, name="gate_scan"),
    path("gate/<int:pk>/classes/", gate.classes, name="gate_classes"),
    path("gate/<int:pk>/waiting/", gate.waiting, name="gate_waiting"),
    path("daily/", daily.index, name="daily"),
    path("daily/<int:pk>/", daily.school, name="daily_school"),
    path("daily/<int:pk>/sum/", daily.sum_up, name="daily_sum"),
    path("daily/<int:pk>/urge/", daily.urge, name="daily_urge"),
    path("survey/", survey.index, name="survey"),
    path("survey/<int:pk>/", survey.overview, name="survey_round"),
    path("survey/<int:pk>/urge/", survey.urge, name="survey_urge"),
    path("survey/<int:pk>/close/", survey.close, name="survey_close"),
    path("survey/<int:pk>/<int:at>/", survey.unit, name="survey_unit"),
    path("survey/<int:pk>/<int:at>/paste/", survey.paste, name="survey_paste"),
    path("survey/<int:pk>/person/<int:who>/", survey.person, name="survey_person"),
    path("survey/answer/<int:pk>/", survey.answer, name="survey_answer"),
    path("gate/<int:pk>/load/", gate.load, name="gate_load"),
]
