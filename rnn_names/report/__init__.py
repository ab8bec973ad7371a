"""Reports of a training, for people to look at.

`report` makes the report, with charts from `svg`; `terminal` draws the loss curves in text.
`markup` and `style.css` are shared with the page that writes names.
"""
