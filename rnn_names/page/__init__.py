"""The page that writes names, and the module: a program of its own, in JavaScript.

`engine/` draws names and knows no document; `learning/` is the worker that trains on a pasted list;
`ui/` is the page. `script` puts the engine and models together as text, and as a module; `page`
puts these and the interface into one HTML file.
"""
