"""The game of docs/page.md runs, on a stand-in for Phaser that notes what is shown."""

import re

import pytest

from rnn_names.page.script import PageModel, save_module
from support import node
from support.documents import ROOT

PHASER = """
globalThis.Phaser = {
  Scene: class {
    shown = [];
    add = { text: (x, y, name) => this.shown.push([x, y, name]) };
  },
  Game: class {
    constructor({ scene: Scene }) {
      const scene = new Scene();
      scene.create().then(() => console.log(JSON.stringify(scene.shown)));
    }
  },
};
"""


@pytest.mark.skipif(not node.NODE, reason=node.NOT_TESTED)
def test_the_game_shows_names(model, tmp_path):
    document = (ROOT / "docs" / "page.md").read_text("utf-8")
    (game,) = re.findall(r"^```javascript\n(.*?)^```$", document, re.M | re.S)
    save_module([PageModel("elvish", model)], str(tmp_path / "names.mjs"))
    (shown,) = node.run(PHASER + game, tmp_path)
    assert len({name for _, _, name in shown}) == 8
    assert [y for _, y, _ in shown] == [40 + 32 * i for i in range(8)]
