// Runs the page's scripts, in order, which are compressed (page.py).

const trusted = globalThis.trustedTypes?.createPolicy("scripts", { createScript: (own) => own });

async function unpack() {
  const packed = /** @type {Element} */ (document.getElementById("packed"));
  const bytes = Uint8Array.from(atob(packed.textContent), (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  for (const [id, text] of Object.entries(await new Response(unpacked).json())) {
    const script = document.createElement("script");
    script.id = id;
    script.className = "unpacked";
    script.textContent = trusted?.createScript(text) ?? text;
    document.body.append(script);
  }
}
unpack();
