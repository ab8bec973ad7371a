"""What people look at: the page that writes names, the report of a training, curves in a terminal.

`page` makes the page that writes names from `page.html` and the scripts beside it. `report` makes
the report of a training, with charts from `svg`. `terminal` draws the loss curves in text.
`style.css` is shared by both pages.
"""
