"""The district's plan: types, readers, checks, differences."""
