"""Units, people, accounts, posts, duties, plan versions, the trail, and the only door to rows."""
