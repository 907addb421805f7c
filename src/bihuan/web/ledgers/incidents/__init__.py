"""Ledger of incidents 发热等异常情况处置登记, and the alarms that cases raise."""
