"""Who is where from when to when; `contacts` makes its arrays of it.

`cast` and `spots` say who everybody is and where their places are, `programme` what their
day plan is; `classroom`, `campus`, `gate`, `household` and `staff_room` have a function
for each setting of docs/model.md, which enters presences into the `book`; `week` calls
them in order.
"""
