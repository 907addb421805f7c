"""Ledger of isolation rooms and stays 临时隔离(观察)室使用登记."""
