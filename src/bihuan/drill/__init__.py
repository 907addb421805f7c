"""The drill 模拟演练: script, clock, session, marks; knows no engine."""
