"""The page that generates names, and the ES module: a separate program in JavaScript.

`engine/` draws names without a document; `learning/` is the worker that trains on a pasted list;
`ui/` is the interface. `script` joins the engine and models, also into a module; `page` puts them
and the interface into one HTML file.
"""
