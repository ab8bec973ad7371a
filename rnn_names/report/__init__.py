"""Reports of a training run.

`report` writes the HTML report, with charts from `svg`; `terminal` draws the loss curves as text.
`markup` and `style.css` are shared with the page that writes names.
"""
