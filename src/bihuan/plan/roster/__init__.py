"""Who is at a school, where the plan counts and does not list; `populate` makes its roster.

A step a module: `made` persons, their `seats`, `beds`, `tables` and `siblings`, filled into
`draft`s. `splits` says whose class is a part of which.
"""
