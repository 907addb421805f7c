"""A small grammar of charts that yields SVG whose text stays text.

Colours are CSS classes, not values, so that light, dark and print are one drawing.
"""
