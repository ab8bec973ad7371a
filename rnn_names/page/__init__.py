"""The page that writes names, and the ES module: a separate program in JavaScript.

`engine/` draws names without a document; `learning/` is the worker that trains on a pasted list;
`ui/` is the interface. `script` joins the engine and models as text, and as a module; `page` puts
these and the interface into one HTML file.
"""
