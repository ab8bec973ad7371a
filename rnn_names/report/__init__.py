"""Reports of a training run.

`report` writes the HTML report; `terminal` draws the loss curves as text.
The page that writes names also uses `markup` and `style.css`.
"""
