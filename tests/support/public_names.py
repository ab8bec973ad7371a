"""What type checkers should know of the public names: mypy and pyright read it, nothing runs it.

A line that is marked must be an error: else the types of the package would not be seen.
"""

from rnn_names import Model, RnnNamesError, Settings, __version__, blend, cast, train

version: str = __version__
model: Model = Model.load("dinosaurs")
names: list[str] = model.sample(3, seed=1, suffix="saurus", novel=True, temperature=0.8)
best: list[str] = model.best(3, rank="per-character", contains=["o", "u"])
lines: list[str] = cast("{norse}", 2, initials="same")
first: str = next(iter(model.stream(seed=1, match="[A-D].*")))
log_prob: float = float(model.log_prob(names)[0])
known: bool = bool(model.knows(names)[0])
between: Model = blend([model, model.blend(Model.load("welsh-towns"))], weights=[1, 2])
settings: Settings = Settings(hidden_size=8, epochs=1)
trained: Model = train({"Ada": 2, "Mona": 1}, settings, init="closest", distil_epochs=0)
try:
    trained.save("names.npz")
except RnnNamesError as error:
    message: str = str(error)

model.sample("three")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
model.best(seed=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
model.stream(temperature="hot")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
cast("{norse}", initial="same")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Settings(epochs="3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
model.sample(3, suffx="saurus")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
train(names, epochs="few")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
model.names  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
