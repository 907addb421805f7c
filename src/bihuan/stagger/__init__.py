"""The staggered return 错时错峰: opening dates of a district, slots of a school's day."""
