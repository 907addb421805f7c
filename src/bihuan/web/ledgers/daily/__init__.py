"""The daily and the zero report 日报、零报告: a signed statement."""
