// Unpacks the scripts of the page, which are compressed (page.py), and runs them in order.

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
// A page with an address will show other names than its first ones, so these are removed.
if (location.hash.length > 1) for (const name of document.querySelectorAll("b.name")) name.remove();
addEventListener("DOMContentLoaded", unpack);
