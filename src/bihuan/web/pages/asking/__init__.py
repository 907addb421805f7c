"""What is asked by pages that have several modules: one provider of the today page each."""
